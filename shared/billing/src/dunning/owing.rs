//! What becomes of a subscription by whether its invoices are paid: one that is to be paid first becomes active or expires,
//! one whose invoices are overdue falls behind, is suspended, and goes on once they are paid.

use jiff::SignedDuration;
use kernel::Timestamp;

use crate::{BaseTiming, Subscription, SubscriptionError, SubscriptionStatus, Unused};

impl Subscription {
    /// The same subscription once its first invoice is paid, or asks for nothing, in the version that it has; as it is
    /// where it does not wait for that.
    #[must_use]
    pub fn paid_first(self) -> Self {
        let waits = self.status == SubscriptionStatus::Incomplete;
        Self { status: if waits { SubscriptionStatus::Active } else { self.status }, ..self }
    }

    /// The same subscription, ended because its first invoice was not paid in time; `None` where it does not wait for that.
    #[must_use]
    pub fn never_paid(self) -> Option<Self> {
        (self.status == SubscriptionStatus::Incomplete).then(|| self.with_status(SubscriptionStatus::Expired))
    }

    /// The same subscription with an overdue invoice; `None` where that changes nothing.
    #[must_use]
    pub fn fallen_behind(self) -> Option<Self> {
        (self.status == SubscriptionStatus::Active).then(|| Self {
            status: SubscriptionStatus::PastDue,
            version: self.version + 1,
            ..self
        })
    }

    /// The same subscription, suspended for want of payment; `None` where it is not in force, or is just being billed.
    ///
    /// What was billed in advance is owed, so that who pays within the period goes on with it; only what was used is
    /// invoiced at its end. Where nothing was billed in advance, today is the last day.
    ///
    /// # Errors
    /// `OutOfTime`.
    pub fn suspended(self, now: Timestamp, grace: SignedDuration) -> Result<Option<Self>, SubscriptionError> {
        let in_force = matches!(self.status, SubscriptionStatus::Active | SubscriptionStatus::PastDue);
        let is_being_billed = self.is_to_begin()
            || !self.adjustments.is_empty()
            || now.date_in(&self.zone) >= self.period.end
            || self.segment.from >= self.period.end;
        if !in_force || is_being_billed {
            return Ok(None);
        }
        let scheduled = self.scheduled.clone();
        let mut stopped = match self.segment.timing {
            BaseTiming::Advance => Self { closing: true, ..self },
            BaseTiming::Arrears => self.stopped(Unused::Kept, None, now, grace)?,
        };
        stopped.segment.until = Some(stopped.period.end);
        stopped.suspended_at = Some(now);
        Ok(Some(Self { scheduled, ..stopped.with_status(SubscriptionStatus::Suspended) }))
    }

    /// The same subscription once nothing of it is overdue any more; `None` where nothing was. After a suspension the period
    /// goes on that was paid for; where that is over, a whole one begins today.
    ///
    /// # Errors
    /// `OutOfTime`.
    pub fn restored(mut self, now: Timestamp, grace: SignedDuration) -> Result<Option<Self>, SubscriptionError> {
        match self.status {
            SubscriptionStatus::PastDue => {
                Ok(Some(Self { status: SubscriptionStatus::Active, version: self.version + 1, ..self }))
            }
            SubscriptionStatus::Suspended => {
                self.suspended_at = None;
                let is_paid_for = self.closing && self.billed_until >= self.period.end;
                if is_paid_for && now.date_in(&self.zone) < self.period.end {
                    self.segment.until = None;
                    let (status, version) = (SubscriptionStatus::Active, self.version + 1);
                    return Ok(Some(Self { status, closing: false, version, ..self }));
                }
                self.started_again(now, grace).map(Some)
            }
            SubscriptionStatus::Trialing
            | SubscriptionStatus::Incomplete
            | SubscriptionStatus::Active
            | SubscriptionStatus::Paused
            | SubscriptionStatus::Cancelled
            | SubscriptionStatus::Expired => Ok(None),
        }
    }
}

#[cfg(test)]
#[path = "owing_tests.rs"]
mod tests;
