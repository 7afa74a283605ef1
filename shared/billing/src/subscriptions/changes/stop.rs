//! A subscription that stops within its period, for good or for a while. The day on which it stops is the last that counts;
//! of a plan by second the fee of one that ends does so with the second.

use jiff::{SignedDuration, ToSpan};
use kernel::Timestamp;

use crate::{
    BaseTiming, Moment, Period, Segment, Subscription, SubscriptionError, SubscriptionStatus,
    subscriptions::subscription::first_due,
};

/// What becomes of a fee that was billed in advance when its period is cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unused {
    /// The days that are left are given back.
    Credited,
    /// It stays as it was billed.
    Kept,
}

impl Subscription {
    /// The same subscription, ended today. What was used is invoiced after the grace; one in its trial owes nothing.
    ///
    /// # Errors
    /// `NotNow` when it is over, or waits for its first payment; `OutOfTime`.
    pub fn cancel_now(self, unused: Unused, now: Timestamp, grace: SignedDuration) -> Result<Self, SubscriptionError> {
        let stopped = match self.status {
            SubscriptionStatus::Incomplete | SubscriptionStatus::Cancelled | SubscriptionStatus::Expired => {
                return Err(SubscriptionError::NotNow(self.status));
            }
            SubscriptionStatus::Active | SubscriptionStatus::PastDue => {
                let moment = self.segment.moment_of(now, &self.zone).filter(|_| unused == Unused::Credited);
                self.stopped(unused, moment, now, grace)?
            }
            SubscriptionStatus::Trialing | SubscriptionStatus::Paused | SubscriptionStatus::Suspended => self,
        };
        Ok(stopped.with_status(SubscriptionStatus::Cancelled))
    }

    /// The same subscription, ended, where it had stopped before; `None` where it goes on or is over.
    pub fn cancel_stopped(self) -> Option<Self> {
        let has_stopped = matches!(self.status, SubscriptionStatus::Paused | SubscriptionStatus::Suspended);
        has_stopped.then(|| self.with_status(SubscriptionStatus::Cancelled))
    }

    /// The same subscription, stopped today until it is resumed; the days that are left of a fee are given back.
    ///
    /// # Errors
    /// `NotNow` unless it is active, `OutOfTime`.
    pub fn pause(self, now: Timestamp, grace: SignedDuration) -> Result<Self, SubscriptionError> {
        if self.status != SubscriptionStatus::Active {
            return Err(SubscriptionError::NotNow(self.status));
        }
        Ok(self.stopped(Unused::Credited, None, now, grace)?.with_status(SubscriptionStatus::Paused))
    }

    /// The same subscription after a pause: a whole period begins today, or tomorrow where today was paid for.
    ///
    /// # Errors
    /// `NotNow` unless it is paused, `OutOfTime`.
    pub fn resume(self, now: Timestamp, grace: SignedDuration) -> Result<Self, SubscriptionError> {
        if self.status != SubscriptionStatus::Paused {
            return Err(SubscriptionError::NotNow(self.status));
        }
        self.started_again(now, grace)
    }

    /// The same subscription, which had stopped, with a whole period from today on, or from tomorrow where today counts.
    pub(crate) fn started_again(self, now: Timestamp, grace: SignedDuration) -> Result<Self, SubscriptionError> {
        let today = now.date_in(&self.zone);
        let from = self.segment.until.map_or(today, |until| until.max(today));
        let next =
            Segment { from, from_second: 0, anchor: from, until: None, stopped_at: None, ..self.segment.clone() };
        let (status, version) = (SubscriptionStatus::Active, self.version + 1);
        if self.closing {
            // Its last days are still to be invoiced; the next period begins with that.
            return Ok(Self { status, closing: false, version, ..self }.followed_by(next));
        }
        let period = next.calendar().period(0)?;
        let begins = self.zone.start_of(from)?.max(now);
        let due_at = first_due(&next, period, begins, &self.zone, grace)?;
        Ok(Self { status, period, billed_until: from, due_at, version, ..self }.followed_by(next))
    }

    /// The same subscription with another status, and nothing that waits for a boundary.
    pub(crate) fn with_status(self, status: SubscriptionStatus) -> Self {
        Self { status, scheduled: None, version: self.version + 1, ..self }
    }

    /// The same subscription with today as its last day, and that to be invoiced after the grace. Its fee ends with a moment
    /// of that, where one is given.
    pub(crate) fn stopped(
        mut self,
        unused: Unused,
        moment: Option<Moment>,
        now: Timestamp,
        grace: SignedDuration,
    ) -> Result<Self, SubscriptionError> {
        let today = now.date_in(&self.zone);
        let tomorrow = today.checked_add(1.day()).map_err(|_| SubscriptionError::OutOfTime)?;
        let whole = self.period;
        let end = tomorrow.min(whole.end).max(whole.start);
        let stopped_at = moment.map(|moment| moment.max(self.segment.begins())).filter(|moment| moment.day < end);
        if self.is_to_begin() && whole.start <= today {
            let unbilled = Period { start: self.billed_until.max(whole.start), ..whole };
            self = Self { billed_until: whole.end, ..self.with_fee_of(unbilled) };
        }
        match unused {
            Unused::Credited => self = self.without_fee_from(stopped_at.unwrap_or(Moment::start_of(end))),
            Unused::Kept => {}
        }
        if stopped_at.is_some() && self.segment.timing == BaseTiming::Advance {
            self.billed_until = end;
        }
        self.segment.until = Some(end);
        self.segment.stopped_at = stopped_at;
        Ok(Self { period: Period { end, ..whole }, closing: true, due_at: now.plus(grace), ..self })
    }
}

#[cfg(test)]
#[path = "stop_tests.rs"]
mod tests;
