//! A change within a period: what was billed of the days that are left is given back, and what they cost from then on is
//! asked for. Days are those of the subscriber; the day of the change has what was changed to, unless the plans count seconds.

use jiff::SignedDuration;
use kernel::{Money, MoneyError, Timestamp};

use crate::{
    Adjustment, BaseTiming, BoundaryChange, FeeDiscount, Invoice, LinePart, Moment, Period, Plan, PlanChange,
    Proration, Segment, Side, Stretch, Subscription, SubscriptionError, SubscriptionStatus, WrittenCreditNote,
    charges::draft::{fee_of, is_fee_of, stretch_of},
    subscriptions::changes::adjustment::{adjust, shorten},
};

impl PlanChange<'_> {
    /// Whether it costs at least as much for the same time as what the subscription has, by the fee of `own`, its plan.
    ///
    /// # Errors
    /// `Plan(NotOffered)`, `TooMany`.
    pub fn is_no_less_than(self, subscription: &Subscription, own: &Plan) -> Result<bool, SubscriptionError> {
        let fee = |plan: &Plan, interval, quantity| {
            let cost = plan.price(subscription.currency, interval)?.base.cost(quantity);
            Ok::<i64, SubscriptionError>(cost.map_err(|_| SubscriptionError::TooMany)?.minor())
        };
        let now = &subscription.segment;
        let before = i128::from(fee(own, now.interval, now.quantity)?) * i128::from(self.interval.months());
        let after = i128::from(fee(self.plan, self.interval, self.quantity)?) * i128::from(now.interval.months());
        Ok(after >= before)
    }
}

impl Subscription {
    /// The same subscription with another plan, interval or quantity from today on; another change that waited for the boundary gives way; an end that waits stays.
    ///
    /// Who keeps the interval keeps the period, and is invoiced for the difference of its days. With another interval the
    /// period ends, is invoiced, and a whole one begins today. Nothing is asked for within a trial. Of a period that is over
    /// and only waits for late usage the boundary is changed.
    ///
    /// # Errors
    /// `NotNow`, `Same`, `Plan(NotOffered)`, `OneOnly`, `TooMany`, `OutOfTime`.
    pub fn change_now(
        self,
        wanted: PlanChange<'_>,
        now: Timestamp,
        grace: SignedDuration,
    ) -> Result<Self, SubscriptionError> {
        self.may_become(wanted)?;
        let today = now.date_in(&self.zone);
        // One that was resumed for tomorrow begins then.
        if today >= self.period.end || self.segment.from >= self.period.end {
            return Ok(self.schedule(wanted.at_boundary()));
        }
        let moment = self.moment_of_change(wanted, now);
        let day = moment.day;
        let keeps_period = wanted.interval == self.segment.interval;
        let next = Segment {
            from: day,
            // A period begins with a day.
            from_second: if keeps_period { moment.second } else { 0 },
            plan: wanted.plan.reference(),
            quantity: wanted.quantity,
            timing: wanted.plan.base_timing,
            proration: wanted.plan.proration,
            interval: wanted.interval,
            anchor: self.segment.anchor,
            until: None,
            stopped_at: None,
        };
        // Whoever leaves at the boundary still does.
        let scheduled = self.scheduled.clone().filter(|scheduled| scheduled.change == BoundaryChange::Cancelled);
        let changed = Self { scheduled, version: self.version + 1, ..self };
        if changed.status == SubscriptionStatus::Trialing {
            return Ok(changed.followed_by(next));
        }
        if next.interval == changed.segment.interval {
            changed.exchanged(next).due(now, grace)
        } else if day == changed.period.start {
            changed.begun_anew(Segment { anchor: day, ..next }, moment)?.due(now, grace)
        } else {
            let cut = changed.without_fee_from(moment);
            let period = Period { end: day, ..cut.period };
            let due_at = now.max(period.ends_at(&cut.zone)?);
            Ok(Self { period, due_at, ..cut }.followed_by(Segment { anchor: day, ..next }))
        }
    }

    /// From when on something else holds. Seconds count where the plans before and after it count them and the period goes
    /// on; a change is never before the one before it.
    fn moment_of_change(&self, wanted: PlanChange<'_>, now: Timestamp) -> Moment {
        let begins = Moment::start_of(self.period.start);
        let within = wanted.interval == self.segment.interval && self.status != SubscriptionStatus::Trialing;
        let by_second = within && wanted.plan.proration == Proration::Second;
        let exact = self.segment.moment_of(now, &self.zone).filter(|_| by_second);
        exact.unwrap_or(Moment::start_of(now.date_in(&self.zone))).max(begins).max(self.segment.begins())
    }

    /// The same period with another segment from a moment of it on.
    fn exchanged(self, next: Segment) -> Self {
        let (old, period, moment) = (self.segment.timing, self.period, next.begins());
        let is_asked_now = next.timing == BaseTiming::Advance && !self.is_to_begin();
        let mut changed = self.without_fee_from(moment);
        if is_asked_now {
            if old == BaseTiming::Arrears {
                let unbilled = Stretch::between(changed.unbilled_from(changed.billed_until), moment);
                changed = changed.with_fee_of(unbilled);
            }
            let left = Stretch::between(moment, Moment::start_of(period.end));
            adjust(&mut changed.adjustments, Adjustment::charge(&next, left));
            changed.billed_until = period.end;
        }
        changed.followed_by(next)
    }

    /// A whole period of another segment from the first day of the present one on.
    fn begun_anew(self, next: Segment, moment: Moment) -> Result<Self, SubscriptionError> {
        let day = moment.day;
        let period = next.calendar().period(0)?;
        let is_asked_now = next.timing == BaseTiming::Advance && !self.is_to_begin();
        let mut changed = Self { period, ..self.without_fee_from(moment) };
        changed.billed_until = day;
        if is_asked_now {
            adjust(&mut changed.adjustments, Adjustment::charge(&next, period));
            changed.billed_until = period.end;
        }
        Ok(changed.followed_by(next))
    }

    /// The same subscription without its fee from a moment on: what was invoiced in advance is given back, what waits to be is
    /// asked for the time before alone.
    pub(crate) fn without_fee_from(mut self, moment: Moment) -> Self {
        if self.segment.timing == BaseTiming::Advance && self.billed_until > moment.day {
            let end = self.billed_until.min(self.period.end);
            let service = Stretch::between(moment, Moment::start_of(end));
            self.billed_until = moment.day;
            self.billed_to = (moment.second > 0).then_some(moment);
            if shorten(&mut self.adjustments, &self.segment, service) {
                return self;
            }
            let holds = |days: Period| days.start <= service.start && service.end <= days.end;
            if self.fee_voided.is_some_and(holds) {
                // It was never owed.
                return self;
            }
            let discount = self.fee_discount.and_then(|discount| discount.part(service));
            let (segment, taxes) = (self.segment.clone(), self.fee_taxes.clone());
            adjust(&mut self.adjustments, Adjustment { segment, service, side: Side::Credit, discount, taxes });
        }
        self
    }

    /// Whether something of the fee of an invoice of it was given back since: it was changed or left within those days.
    pub fn has_given_back_of(&self, invoice: &Invoice) -> bool {
        invoice.lines.iter().filter(|line| line.is_of(self.id)).filter_map(stretch_of).any(|fee| {
            let within = |moment: Moment| fee.begins() < moment && moment < fee.ends();
            self.segments().any(|segment| {
                let left = segment.stopped_at.or(segment.until.map(Moment::start_of));
                within(segment.begins()) || left.is_some_and(within)
            })
        })
    }

    /// The same subscription once an invoice of it is void: where that asked for the fee of what goes on of the present period,
    /// nothing is given back of those days. `None` where it did not.
    pub fn without_fee_of(self, void: &Invoice) -> Option<Self> {
        let days = fee_of(void.lines.iter().filter(|line| line.is_of(self.id)), &self)?.service?;
        Some(Self { fee_voided: Some(days), fee_discount: None, version: self.version + 1, ..self })
    }

    /// The same subscription once a credit note of an invoice of it is written: where that takes back a part of the fee of what
    /// goes on of the present period, a later change gives those days back as cheap, and once all of it is taken back, not at
    /// all. `None` where it does not.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn with_fee_credited(
        self,
        invoice: &Invoice,
        WrittenCreditNote { note, movement }: &WrittenCreditNote,
    ) -> Result<Option<Self>, MoneyError> {
        let mut lines = invoice.lines.iter().enumerate();
        let Some((at, fee)) = lines.rfind(|(_, line)| line.is_of(self.id) && is_fee_of(line, &self)) else {
            return Ok(None);
        };
        let credited = note.lines.iter().find(|credited| credited.line == at + 1);
        let (Some(days), Some(service), Some(credited)) = (fee.service, stretch_of(fee), credited) else {
            return Ok(None);
        };
        let left = invoice.left_to_credit(&movement.parts)?;
        if left.get(at).is_some_and(LinePart::is_nothing) {
            return Ok(Some(Self { fee_voided: Some(days), fee_discount: None, version: self.version + 1, ..self }));
        }
        let before = self.fee_discount.filter(|discount| discount.service == service);
        let before = before.map_or(Money::zero(invoice.currency), |discount| discount.amount);
        let fee_discount = Some(FeeDiscount { amount: before.checked_add(credited.amount)?, service });
        Ok(Some(Self { fee_discount, version: self.version + 1, ..self }))
    }

    /// The same subscription with the fee of a stretch that was not billed, part by part.
    pub(crate) fn with_fee_of(self, stretch: impl Into<Stretch>) -> Self {
        let parts =
            self.parts(stretch.into()).into_iter().map(|(service, segment)| Adjustment::charge(segment, service));
        let mut adjustments = self.adjustments.clone();
        parts.for_each(|part| adjust(&mut adjustments, part));
        Self { adjustments, ..self }
    }

    /// Whether the fee of the present period is owed in advance and not billed yet.
    pub(crate) fn is_to_begin(&self) -> bool {
        self.segment.timing == BaseTiming::Advance && self.billed_until < self.period.end
    }

    /// The same subscription, due at once where a change is to be invoiced.
    fn due(self, now: Timestamp, grace: SignedDuration) -> Result<Self, SubscriptionError> {
        let due_at = if !self.adjustments.is_empty() {
            now
        } else if self.is_to_begin() {
            self.due_at
        } else {
            self.period.ends_at(&self.zone)?.plus(grace)
        };
        Ok(Self { due_at, ..self })
    }
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
