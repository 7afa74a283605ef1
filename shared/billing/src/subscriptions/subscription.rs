//! A subscription: who is billed for which plan since when, which period is the present one, and up to where it is billed.

use jiff::{SignedDuration, ToSpan};
use kernel::{Currency, Date, Party, SubscriptionId, TimeError, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Adjustment, AppliedCoupon, BaseTiming, FeeDiscount, Interval, Moment, Period, Plan, PlanPrice, PlanRef, Pricing,
    Proration, Segment, SubscriptionError, SubscriptionStatus, TaxRate,
};

/// The largest fee of a period, in minor units: with taxes and usage it still fits an invoice.
const MAX_FEE: i64 = 1_000_000_000_000_000;

/// How many of its invoices may be open when a change makes another.
pub const MOST_OPEN: usize = 9;

/// How many changes a period may have, and a subscription in all: each is a segment of its row.
pub const MOST_CHANGES: (usize, usize) = (50, 1_000);

/// How long after a period its invoice waits for usage that is still under way, unless a tenant says otherwise.
pub const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// A change that waits for a boundary of the periods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledChange {
    /// The boundary: the first day that the change holds.
    pub on: Date,
    /// What changes.
    pub change: BoundaryChange,
}

/// A change of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum BoundaryChange {
    /// Another plan, quantity or interval.
    Plan {
        /// The plan, in the version that was sold.
        plan: PlanRef,
        /// How many of it.
        quantity: u64,
        /// When its base fee is billed.
        timing: BaseTiming,
        /// What parts of its periods are counted in.
        #[serde(default, skip_serializing_if = "Proration::is_by_day")]
        proration: Proration,
        /// How often.
        interval: Interval,
    },
    /// The end.
    Cancelled,
}

/// A subscription. Stored as it is; a change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// The id.
    pub id: SubscriptionId,
    /// Who is billed.
    pub party: Party,
    /// In which currency.
    pub currency: Currency,
    /// Whose midnight begins a billing day.
    pub zone: Zone,
    /// The first day of all: that of the trial, if there is one.
    pub start: Date,
    /// What is subscribed to now.
    pub segment: Segment,
    /// What was subscribed to before, oldest first.
    pub former: Vec<Segment>,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// The present period.
    pub period: Period,
    /// The first day whose base fee is not invoiced yet.
    pub billed_until: Date,
    /// The second of that day, where the fee of a part of it is invoiced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_to: Option<Moment>,
    /// When it is to be billed next: at the end of its free days, at once, or after the present period and its grace.
    pub due_at: Timestamp,
    /// What changes at the next boundary.
    pub scheduled: Option<ScheduledChange>,
    /// What changes within a period gave back and ask for, until the next invoice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// What takes something off its invoices, in the order in which it was used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<AppliedCoupon>,
    /// What coupons took off the fee of the present period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_discount: Option<FeeDiscount>,
    /// The taxes that were on the fee of the present period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_taxes: Option<Vec<TaxRate>>,
    /// Since when it is suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Timestamp>,
    /// The days whose fee was on an invoice that was voided: nothing is given back of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_voided: Option<Period>,
    /// It has stopped within its present period, whose invoice is still to be made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closing: bool,
    /// The one that took its place, where it is a tenant's own: from then on that one's plan is in force, whatever
    /// becomes of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<SubscriptionId>,
    /// How its invoices are collected.
    #[serde(default, skip_serializing_if = "Collection::is_by_invoice")]
    pub collection: Collection,
    /// When it was made.
    pub created_at: Timestamp,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// What a new subscription is made from.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Who is billed.
    pub party: Party,
    /// In which currency.
    pub currency: Currency,
    /// How often.
    pub interval: Interval,
    /// How many of the plan, such as seats.
    pub quantity: u64,
    /// Whose midnight begins a billing day.
    pub zone: Zone,
}

/// How the invoices of a subscription are collected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// By invoices with terms: it is active at once.
    #[default]
    Invoice,
    /// At once, by a saved payment method: it is active when its first invoice is paid.
    Automatic,
}

impl Collection {
    /// Whether by invoices with terms.
    pub const fn is_by_invoice(&self) -> bool {
        matches!(self, Self::Invoice)
    }
}

/// What is to be done with a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing: nothing is due yet, or the subscription is not billed.
    Wait,
    /// The free days are over: the first paid period begins.
    EndTrial,
    /// The fee of the present period, which has begun, is owed in advance.
    Begin,
    /// Something was changed within the present period, which goes on.
    Adjust,
    /// The present period is over: what was used is owed, and what is owed in advance for the next one.
    Close,
}

impl Subscription {
    /// A subscription to `plan` from the present day on, in its trial if the plan has one.
    ///
    /// # Errors
    /// `Plan(NotOffered)`, `OneOnly`, `OutOfTime`.
    pub fn start(new: NewSubscription, plan: &Plan, now: Timestamp) -> Result<Self, SubscriptionError> {
        may_be_sold(plan.price(new.currency, new.interval)?, new.quantity)?;
        let start = now.date_in(&new.zone);
        let anchor = start.checked_add(i64::from(plan.trial_days).days()).map_err(|_| SubscriptionError::OutOfTime)?;
        let segment = Segment {
            from: start,
            from_second: 0,
            plan: plan.reference(),
            quantity: new.quantity,
            timing: plan.base_timing,
            proration: plan.proration,
            interval: new.interval,
            anchor,
            until: None,
            stopped_at: None,
        };
        let (status, period, due_at) = if anchor > start {
            (SubscriptionStatus::Trialing, Period { start, end: anchor }, new.zone.start_of(anchor)?)
        } else {
            let period = segment.calendar().period(0)?;
            (SubscriptionStatus::Active, period, first_due(&segment, period, now, &new.zone, GRACE)?)
        };
        Ok(Self {
            id: new.id,
            party: new.party,
            currency: new.currency,
            zone: new.zone,
            start,
            segment,
            former: Vec::new(),
            status,
            period,
            billed_until: anchor,
            billed_to: None,
            due_at,
            scheduled: None,
            adjustments: Vec::new(),
            coupons: Vec::new(),
            fee_discount: None,
            fee_taxes: None,
            suspended_at: None,
            fee_voided: None,
            closing: false,
            successor: None,
            collection: Collection::Invoice,
            created_at: now,
            version: 1,
        })
    }

    /// The same subscription, new, whose invoices are collected so. One that owes a fee in advance waits for its payment
    /// first; in free days nothing is owed.
    #[must_use]
    pub fn collected(self, collection: Collection) -> Self {
        let waits = self.status == SubscriptionStatus::Active && self.is_to_begin();
        let status = match collection {
            Collection::Automatic if waits => SubscriptionStatus::Incomplete,
            Collection::Automatic | Collection::Invoice => self.status,
        };
        Self { status, collection, ..self }
    }

    /// Whether its invoices are collected by a saved payment method, where its party has one: a tenant's own are, because it saves
    /// one for that.
    pub const fn is_collected(&self) -> bool {
        matches!(self.party, Party::Tenant(_)) || matches!(self.collection, Collection::Automatic)
    }

    /// The same subscription, new and in its trial, whose free days last to an instant: it is billed from then on, and its
    /// first paid period begins on that day in its zone.
    #[must_use]
    pub fn free_until(self, end: Timestamp) -> Self {
        if self.status != SubscriptionStatus::Trialing {
            return self;
        }
        let anchor = end.date_in(&self.zone);
        let segment = Segment { anchor, ..self.segment };
        let period = Period { start: self.start, end: anchor };
        Self { segment, period, billed_until: anchor, due_at: end, ..self }
    }

    /// What is to be done at `as_of`.
    pub fn turn(&self, as_of: Timestamp) -> Turn {
        if !self.is_billed() || self.due_at > as_of {
            return Turn::Wait;
        }
        if self.closing {
            return Turn::Close;
        }
        if self.status == SubscriptionStatus::Trialing {
            return Turn::EndTrial;
        }
        if self.is_to_begin() {
            return Turn::Begin;
        }
        let goes_on = as_of.date_in(&self.zone) < self.period.end;
        if goes_on && !self.adjustments.is_empty() { Turn::Adjust } else { Turn::Close }
    }

    /// The same subscription once the fee of the present period is invoiced in advance.
    ///
    /// # Errors
    /// `OutOfTime`.
    pub fn begun(self, grace: SignedDuration) -> Result<Self, SubscriptionError> {
        let due_at = self.period.ends_at(&self.zone)?.plus(grace);
        let adjustments = Vec::new();
        Ok(Self { billed_until: self.period.end, due_at, adjustments, version: self.version + 1, ..self })
    }

    /// The same subscription once what was changed within its present period is invoiced.
    ///
    /// # Errors
    /// `OutOfTime`.
    pub fn adjusted(self, grace: SignedDuration) -> Result<Self, SubscriptionError> {
        let due_at = self.period.ends_at(&self.zone)?.plus(grace);
        Ok(Self { due_at, adjustments: Vec::new(), version: self.version + 1, ..self })
    }

    /// The same subscription in its first paid period, with what was scheduled for the end of the trial.
    ///
    /// # Errors
    /// `OutOfTime`.
    pub fn trial_ended(self, grace: SignedDuration) -> Result<Self, SubscriptionError> {
        let day = self.period.end;
        let changed = Self { version: self.version + 1, ..self }.with_what_was_scheduled(day);
        if changed.is_over() {
            return Ok(changed);
        }
        let period = changed.period_of(day)?;
        let begins = changed.zone.start_of(day)?;
        let due_at = first_due(&changed.segment, period, begins, &changed.zone, grace)?;
        Ok(Self { status: SubscriptionStatus::Active, period, due_at, ..changed })
    }

    /// The same subscription in its next period, with what was scheduled for the boundary; what is billed in advance is
    /// then billed for all of it. One that is paused or over stays so, with nothing left to invoice.
    ///
    /// # Errors
    /// `OutOfTime`.
    pub fn closed(self, grace: SignedDuration) -> Result<Self, SubscriptionError> {
        // Who resumed after a pause goes on from a later day.
        let day = self.period.end.max(self.segment.from);
        let closed =
            Self { billed_until: day, adjustments: Vec::new(), closing: false, version: self.version + 1, ..self };
        let changed = closed.with_what_was_scheduled(day);
        if !changed.is_billed() {
            return Ok(changed);
        }
        let period = changed.period_of(day)?;
        let billed_until = match changed.segment.timing {
            BaseTiming::Advance => period.end,
            BaseTiming::Arrears => day,
        };
        let due_at = period.ends_at(&changed.zone)?.plus(grace);
        Ok(Self { period, billed_until, due_at, ..changed })
    }

    /// The same subscription with a change that waits for the end of the present period; a former one gives way.
    #[must_use]
    pub fn schedule(self, change: BoundaryChange) -> Self {
        let scheduled = Some(ScheduledChange { on: self.period.end, change });
        Self { scheduled, version: self.version + 1, ..self }
    }

    /// The plan that waits for the end of the present period; `None` where none does.
    pub fn next_plan(&self) -> Option<&PlanRef> {
        match &self.scheduled.as_ref()?.change {
            BoundaryChange::Plan { plan, .. } => Some(plan),
            BoundaryChange::Cancelled => None,
        }
    }

    fn with_what_was_scheduled(mut self, day: Date) -> Self {
        let Some(ScheduledChange { change, .. }) = self.scheduled.take_if(|scheduled| scheduled.on <= day) else {
            return self;
        };
        match change {
            BoundaryChange::Cancelled => Self { status: SubscriptionStatus::Cancelled, ..self },
            BoundaryChange::Plan { plan, quantity, timing, proration, interval } => {
                // Who keeps the interval keeps the anchor, so that a short month does not shift it.
                let anchor = if interval == self.segment.interval { self.segment.anchor } else { day };
                self.followed_by(Segment {
                    from: day,
                    from_second: 0,
                    plan,
                    quantity,
                    timing,
                    proration,
                    interval,
                    anchor,
                    until: None,
                    stopped_at: None,
                })
            }
        }
    }

    /// The same subscription with another segment after the present one.
    pub(crate) fn followed_by(mut self, next: Segment) -> Self {
        let before = std::mem::replace(&mut self.segment, next);
        self.former.push(before);
        self
    }

    /// The same subscription, ended with its free days: no period of it was paid.
    #[must_use]
    pub fn expired(self) -> Self {
        Self { status: SubscriptionStatus::Expired, version: self.version + 1, ..self }
    }

    /// The subscription that takes the place of this one, which is over: the same party, interval and zone, from today on.
    /// `plan` has no free days. Both are as they are to be saved.
    ///
    /// # Errors
    /// `Plan(NotOffered)`, `OutOfTime`.
    pub fn succeeded(self, id: SubscriptionId, plan: Plan, now: Timestamp) -> Result<(Self, Self), SubscriptionError> {
        let new = NewSubscription {
            id,
            party: self.party,
            currency: self.currency,
            interval: self.segment.interval,
            quantity: self.segment.quantity,
            zone: self.zone.clone(),
        };
        let begun = Self::start(new, &Plan { trial_days: 0, ..plan }, now)?;
        Ok((Self { successor: Some(id), version: self.version + 1, ..self }, begun))
    }

    /// The same subscription, ended by now: nothing of it is invoiced any more.
    #[must_use]
    pub fn cancelled(self) -> Self {
        let (status, adjustments) = (SubscriptionStatus::Cancelled, Vec::new());
        Self { status, adjustments, closing: false, version: self.version + 1, ..self }
    }

    /// Whether it has ended. Only a tenant's own that expired with its trial can begin again.
    pub const fn is_over(&self) -> bool {
        match self.status {
            SubscriptionStatus::Cancelled | SubscriptionStatus::Expired => true,
            SubscriptionStatus::Trialing
            | SubscriptionStatus::Incomplete
            | SubscriptionStatus::Active
            | SubscriptionStatus::PastDue
            | SubscriptionStatus::Paused
            | SubscriptionStatus::Suspended => false,
        }
    }

    /// Whether it is billed at all as it stands: then it is in the due-work index.
    pub fn is_billed(&self) -> bool {
        match self.status {
            SubscriptionStatus::Trialing | SubscriptionStatus::Active | SubscriptionStatus::PastDue => true,
            // Its first invoice.
            SubscriptionStatus::Incomplete => self.is_to_begin(),
            // What was used before it stopped.
            SubscriptionStatus::Paused
            | SubscriptionStatus::Suspended
            | SubscriptionStatus::Cancelled
            | SubscriptionStatus::Expired => self.closing,
        }
    }
}

/// Whether so many can be had at a price: more than one of a fee that is the same for any number would be had for nothing,
/// and a fee that cannot be counted could never be invoiced.
pub(crate) fn may_be_sold(price: &PlanPrice, quantity: u64) -> Result<(), SubscriptionError> {
    if quantity > 1 && matches!(price.base, Pricing::Flat { .. }) {
        return Err(SubscriptionError::OneOnly);
    }
    let fee = price.base.cost(quantity).map_err(|_| SubscriptionError::TooMany)?;
    if fee.minor() > MAX_FEE { Err(SubscriptionError::TooMany) } else { Ok(()) }
}

/// When the first paid period is due: at once if its fee is owed in advance, else after it.
pub(crate) fn first_due(
    segment: &Segment,
    period: Period,
    begins: Timestamp,
    zone: &Zone,
    grace: SignedDuration,
) -> Result<Timestamp, TimeError> {
    match segment.timing {
        BaseTiming::Advance => Ok(begins),
        BaseTiming::Arrears => Ok(period.ends_at(zone)?.plus(grace)),
    }
}

#[cfg(test)]
#[path = "subscription_tests.rs"]
mod tests;
