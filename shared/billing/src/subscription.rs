//! A subscription: who is billed for which plan, and which period is the present one.

use jiff::{SignedDuration, ToSpan};
use kernel::{Currency, Date, Fault, Kind, Party, SubscriptionId, TimeError, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::{Calendar, Interval, NoSuchPeriod, Period, Plan, PlanError, PlanRef};

/// How long after a period its invoice waits for usage that is still under way, unless a tenant says otherwise.
pub const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// Why something cannot be done with a subscription.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionError {
    /// There is none of this id, or it is somebody else's.
    #[error("there is no such subscription")]
    NotFound,
    /// The plan has no such price.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A period would end outside of the years that are kept.
    #[error("the subscription would reach beyond the years that are kept")]
    OutOfTime,
}

impl Fault for SubscriptionError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Plan(error) => error.kind(),
            Self::OutOfTime => Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Plan(error) => error.code(),
            Self::OutOfTime => "OUT_OF_TIME",
        }
    }
}

impl From<NoSuchPeriod> for SubscriptionError {
    fn from(_: NoSuchPeriod) -> Self {
        Self::OutOfTime
    }
}

impl From<TimeError> for SubscriptionError {
    fn from(_: TimeError) -> Self {
        Self::OutOfTime
    }
}

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// In its free days.
    Trialing,
    /// Paid for, or not yet due.
    Active,
    /// An invoice is overdue; service goes on for now.
    PastDue,
    /// Stopped by its owner for a while.
    Paused,
    /// Stopped for want of payment.
    Suspended,
    /// Ended by its owner.
    Cancelled,
    /// Ended by itself.
    Expired,
}

/// A subscription. Stored as it is; a change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// The id.
    pub id: SubscriptionId,
    /// Who is billed.
    pub party: Party,
    /// The plan, in the version that was sold.
    pub plan: PlanRef,
    /// In which currency.
    pub currency: Currency,
    /// How often.
    pub interval: Interval,
    /// Whose midnight begins a billing day.
    pub zone: Zone,
    /// The first day of all: that of the trial, if there is one.
    pub start: Date,
    /// The first day of the first paid period, whose day of the month the later ones keep.
    pub anchor: Date,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// Which paid period is the present one, from 0; `None` during the trial.
    pub period_index: Option<u32>,
    /// The present period.
    pub period: Period,
    /// When the present period is to be billed: its end in the zone, and the grace.
    pub due_at: Timestamp,
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
    /// Whose midnight begins a billing day.
    pub zone: Zone,
}

/// What is to be done when a subscription's period is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing: the period is not over yet, or the subscription is not billed.
    Wait,
    /// The free days are over: the first paid period begins, nothing is owed.
    EndTrial,
    /// An invoice is owed.
    Invoice,
}

impl Subscription {
    /// A subscription to `plan` from the present day on, in its trial if the plan has one.
    ///
    /// # Errors
    /// `Plan(NotOffered)`, `OutOfTime`.
    pub fn start(new: NewSubscription, plan: &Plan, now: Timestamp) -> Result<Self, SubscriptionError> {
        plan.price(new.currency, new.interval)?;
        let start = now.date_in(&new.zone);
        let anchor = start.checked_add(i64::from(plan.trial_days).days()).map_err(|_| SubscriptionError::OutOfTime)?;
        let (status, period_index, period) = if anchor > start {
            (SubscriptionStatus::Trialing, None, Period { start, end: anchor })
        } else {
            (SubscriptionStatus::Active, Some(0), Calendar::new(anchor, anchor, new.interval).period(0)?)
        };
        Ok(Self {
            due_at: due_at(period, &new.zone)?,
            id: new.id,
            party: new.party,
            plan: plan.reference(),
            currency: new.currency,
            interval: new.interval,
            zone: new.zone,
            start,
            anchor,
            status,
            period_index,
            period,
            created_at: now,
            version: 1,
        })
    }

    /// What is to be done at `as_of`.
    pub fn turn(&self, as_of: Timestamp) -> Turn {
        match self.status {
            SubscriptionStatus::Trialing | SubscriptionStatus::Active | SubscriptionStatus::PastDue
                if self.due_at > as_of =>
            {
                Turn::Wait
            }
            SubscriptionStatus::Trialing => Turn::EndTrial,
            SubscriptionStatus::Active | SubscriptionStatus::PastDue => Turn::Invoice,
            SubscriptionStatus::Paused
            | SubscriptionStatus::Suspended
            | SubscriptionStatus::Cancelled
            | SubscriptionStatus::Expired => Turn::Wait,
        }
    }

    /// The same subscription in its next period; a trial becomes active.
    ///
    /// # Errors
    /// `OutOfTime`.
    pub fn into_next_period(self) -> Result<Self, SubscriptionError> {
        let index = match self.period_index {
            None => 0,
            Some(index) => index.checked_add(1).ok_or(SubscriptionError::OutOfTime)?,
        };
        let period = self.calendar().period(index)?;
        let status = match self.status {
            SubscriptionStatus::Trialing => SubscriptionStatus::Active,
            other @ (SubscriptionStatus::Active
            | SubscriptionStatus::PastDue
            | SubscriptionStatus::Paused
            | SubscriptionStatus::Suspended
            | SubscriptionStatus::Cancelled
            | SubscriptionStatus::Expired) => other,
        };
        let due_at = due_at(period, &self.zone)?;
        Ok(Self { status, period_index: Some(index), period, due_at, version: self.version + 1, ..self })
    }

    /// The same subscription, ended with its free days: no period of it was paid.
    #[must_use]
    pub fn expired(self) -> Self {
        Self { status: SubscriptionStatus::Expired, version: self.version + 1, ..self }
    }

    /// What becomes of a tenant's own subscription when the tenant converts; `None` when it stays as it is. In its free
    /// days it keeps them, and is billed from their end. When they are over, whether or not that was noted before, its
    /// first paid period begins today in its zone: nothing is owed for the days between.
    ///
    /// # Errors
    /// `OutOfTime`.
    pub fn converted(self, now: Timestamp) -> Result<Option<Self>, SubscriptionError> {
        let today = now.date_in(&self.zone);
        let never_paid = self.period_index.is_none();
        match self.status {
            SubscriptionStatus::Trialing if today >= self.anchor => {}
            SubscriptionStatus::Expired if never_paid => {}
            SubscriptionStatus::Trialing
            | SubscriptionStatus::Active
            | SubscriptionStatus::PastDue
            | SubscriptionStatus::Paused
            | SubscriptionStatus::Suspended
            | SubscriptionStatus::Cancelled
            | SubscriptionStatus::Expired => return Ok(None),
        }
        let begun = Self { status: SubscriptionStatus::Trialing, anchor: today.max(self.anchor), ..self };
        begun.into_next_period().map(Some)
    }

    /// The same subscription, ended by now: nothing of it is invoiced any more.
    #[must_use]
    pub fn cancelled(self) -> Self {
        Self { status: SubscriptionStatus::Cancelled, version: self.version + 1, ..self }
    }

    /// Whether it has ended. Only a tenant's own that expired with its trial can begin again.
    pub const fn is_over(&self) -> bool {
        match self.status {
            SubscriptionStatus::Cancelled | SubscriptionStatus::Expired => true,
            SubscriptionStatus::Trialing
            | SubscriptionStatus::Active
            | SubscriptionStatus::PastDue
            | SubscriptionStatus::Paused
            | SubscriptionStatus::Suspended => false,
        }
    }

    /// Where its paid periods lie.
    pub const fn calendar(&self) -> Calendar {
        Calendar::new(self.anchor, self.anchor, self.interval)
    }

    /// The period, paid or free, that a day falls into.
    ///
    /// # Errors
    /// `NoSuchPeriod` before the first day.
    pub fn period_of(&self, day: Date) -> Result<Period, NoSuchPeriod> {
        let trial = Period { start: self.start, end: self.anchor };
        if trial.contains(day) {
            return Ok(trial);
        }
        self.calendar().period(self.calendar().index_of(day)?)
    }

    /// Whether the period that begins on this day is the free one.
    pub fn is_trial(&self, period_start: Date) -> bool {
        period_start < self.anchor
    }

    /// Whether it is billed at all as it stands: then it is in the due-work index.
    pub const fn is_billed(&self) -> bool {
        match self.status {
            SubscriptionStatus::Trialing | SubscriptionStatus::Active | SubscriptionStatus::PastDue => true,
            SubscriptionStatus::Paused
            | SubscriptionStatus::Suspended
            | SubscriptionStatus::Cancelled
            | SubscriptionStatus::Expired => false,
        }
    }
}

fn due_at(period: Period, zone: &Zone) -> Result<Timestamp, TimeError> {
    Ok(period.ends_at(zone)?.plus(GRACE))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::samples;

    #[test]
    fn a_subscription_begins_on_the_subscribers_day() {
        let jakarta = samples::subscription("PREMIUM", Currency::IDR, "Asia/Jakarta", "2026-11-30T18:00:00Z");
        assert_eq!(jakarta.period, Period { start: date(2026, 12, 1), end: date(2027, 1, 1) });
        assert_eq!(jakarta.due_at.to_string(), "2026-12-31T18:00:00.000Z");
        let new_york = samples::subscription("PREMIUM", Currency::USD, "America/New_York", "2026-12-01T03:00:00Z");
        assert_eq!(new_york.period, Period { start: date(2026, 11, 30), end: date(2026, 12, 30) });
    }

    #[test]
    fn a_price_that_is_not_offered_cannot_be_subscribed_to() {
        let plan = samples::plan("PREMIUM");
        let new = NewSubscription { currency: Currency::JPY, ..samples::new_subscription() };
        let refused = Subscription::start(new, &plan, samples::at("2026-12-01T00:00:00Z"));
        assert!(matches!(refused, Err(SubscriptionError::Plan(PlanError::NotOffered { .. }))));
    }

    #[test]
    fn a_trial_is_free_and_the_anchor_is_its_end() {
        let plan = Plan { trial_days: 14, ..samples::plan("PREMIUM") };
        let now = samples::at("2026-01-17T12:00:00Z");
        let trial = Subscription::start(samples::new_subscription(), &plan, now).unwrap();
        assert_eq!(trial.status, SubscriptionStatus::Trialing);
        assert_eq!(trial.period, Period { start: date(2026, 1, 17), end: date(2026, 1, 31) });
        assert_eq!(trial.turn(now), Turn::Wait);
        assert_eq!(trial.turn(trial.due_at), Turn::EndTrial);
        assert!(trial.is_trial(trial.period.start));
        let paid = trial.into_next_period().unwrap();
        assert_eq!(paid.status, SubscriptionStatus::Active);
        assert_eq!(paid.period, Period { start: date(2026, 1, 31), end: date(2026, 2, 28) });
        assert_eq!(paid.turn(paid.due_at), Turn::Invoice);
        assert_eq!(paid.into_next_period().unwrap().period.end, date(2026, 3, 31));
    }

    /// A tenant's own subscription, free from 2026-01-17 to 01-31 in Jakarta.
    fn of_a_tenant() -> Subscription {
        let plan = Plan { trial_days: 14, ..samples::plan("PREMIUM") };
        let new = NewSubscription { zone: "Asia/Jakarta".parse().unwrap(), ..samples::new_subscription() };
        Subscription::start(new, &plan, samples::at("2026-01-17T01:00:00Z")).unwrap()
    }

    #[test]
    fn who_converts_in_time_keeps_the_free_days() {
        let trial = of_a_tenant();
        for now in ["2026-01-17T01:00:00Z", "2026-01-30T16:59:59.999Z"] {
            assert_eq!(trial.clone().converted(samples::at(now)), Ok(None), "{now}");
        }
        // The first paid day has begun in Jakarta, and the worker has not run.
        let begun = trial.clone().converted(samples::at("2026-01-30T17:00:00Z")).unwrap().unwrap();
        assert_eq!(begun, trial.into_next_period().unwrap());
    }

    #[test]
    fn who_converts_late_pays_from_that_day_on() {
        let trial = of_a_tenant();
        let expired = trial.clone().expired();
        assert_eq!((expired.status, expired.is_billed()), (SubscriptionStatus::Expired, false));
        assert_eq!(expired.turn(samples::at("2027-01-01T00:00:00Z")), Turn::Wait);
        // 03:00 on the 15th in Jakarta.
        let now = samples::at("2026-03-14T20:00:00Z");
        for (before, version) in [(trial, 2), (expired, 3)] {
            let begun = before.converted(now).unwrap().unwrap();
            assert_eq!(
                (begun.status, begun.period_index, begun.version),
                (SubscriptionStatus::Active, Some(0), version)
            );
            assert_eq!(begun.period, Period { start: date(2026, 3, 15), end: date(2026, 4, 15) });
            assert_eq!(begun.due_at.to_string(), "2026-04-14T18:00:00.000Z");
            assert_eq!(begun.turn(now), Turn::Wait);
            // What was used between the trial and the conversion is free as well.
            let between = begun.period_of(date(2026, 2, 10)).unwrap();
            assert!(begun.is_trial(between.start));
        }
    }

    #[test]
    fn what_was_paid_or_ended_otherwise_is_left_alone() {
        let now = samples::at("2026-03-14T20:00:00Z");
        let paid = of_a_tenant().into_next_period().unwrap();
        for status in [
            SubscriptionStatus::Active,
            SubscriptionStatus::PastDue,
            SubscriptionStatus::Paused,
            SubscriptionStatus::Suspended,
            SubscriptionStatus::Cancelled,
            SubscriptionStatus::Expired,
        ] {
            assert_eq!(Subscription { status, ..paid.clone() }.converted(now), Ok(None), "{status:?}");
        }
        assert_eq!(of_a_tenant().cancelled().converted(now), Ok(None));
    }

    #[test]
    fn a_period_is_due_once_its_grace_is_over() {
        let subscription = samples::subscription("BASIC", Currency::USD, "UTC", "2026-12-01T10:00:00Z");
        assert_eq!(subscription.turn(samples::at("2027-01-01T00:59:59.999Z")), Turn::Wait);
        assert_eq!(subscription.turn(samples::at("2027-01-01T01:00:00Z")), Turn::Invoice);
        let paused = Subscription { status: SubscriptionStatus::Paused, ..subscription };
        assert_eq!(paused.turn(samples::at("2028-01-01T00:00:00Z")), Turn::Wait);
    }

    #[test]
    fn days_are_found_in_trial_and_paid_periods() {
        let plan = Plan { trial_days: 14, ..samples::plan("PREMIUM") };
        let now = samples::at("2026-01-17T12:00:00Z");
        let trial = Subscription::start(samples::new_subscription(), &plan, now).unwrap();
        assert_eq!(trial.period_of(date(2026, 1, 30)).unwrap(), trial.period);
        assert_eq!(trial.period_of(date(2026, 1, 31)).unwrap().start, date(2026, 1, 31));
        assert_eq!(trial.period_of(date(2026, 1, 16)), Err(NoSuchPeriod));
    }
}
