//! A tenant's own subscription, when the tenant goes from its trial to paying.

use kernel::Timestamp;

use crate::{
    GRACE, Period, PlanChange, Segment, Subscription, SubscriptionError, SubscriptionStatus,
    subscriptions::subscription::may_be_sold,
};

impl Subscription {
    /// What becomes of a tenant's own subscription when the tenant converts; `None` when it stays as it is. In its free
    /// days it keeps them, and is billed from their end. When they are over, whether or not that was noted before, its
    /// first paid period begins today in its zone: nothing is owed for the days between. What is wanted is another plan
    /// or interval than it has; either way it holds at once, since nothing was paid for.
    ///
    /// # Errors
    /// `NotNow` for another plan of one that is in or after no trial; `Plan(NotOffered)`, `OneOnly`, `TooMany`, `OutOfTime`.
    pub fn converted(self, wanted: Option<PlanChange<'_>>, now: Timestamp) -> Result<Option<Self>, SubscriptionError> {
        let wanted = wanted.filter(|wanted| !wanted.is_had_by(&self));
        let never_paid = self.is_trial(self.period.start);
        match self.status {
            SubscriptionStatus::Trialing if now >= self.due_at => {}
            SubscriptionStatus::Expired if never_paid => {}
            SubscriptionStatus::Trialing => {
                return wanted.map(|wanted| self.change_now(wanted, now, GRACE)).transpose();
            }
            SubscriptionStatus::Incomplete
            | SubscriptionStatus::Active
            | SubscriptionStatus::PastDue
            | SubscriptionStatus::Paused
            | SubscriptionStatus::Suspended
            | SubscriptionStatus::Cancelled
            | SubscriptionStatus::Expired => {
                return wanted.map_or(Ok(None), |_| Err(SubscriptionError::NotNow(self.status)));
            }
        }
        let anchor = now.date_in(&self.zone).max(self.segment.anchor);
        let segment = match wanted {
            Some(PlanChange { plan, interval, quantity }) => {
                may_be_sold(plan.price(self.currency, interval)?, quantity)?;
                Segment {
                    plan: plan.reference(),
                    quantity,
                    timing: plan.base_timing,
                    proration: plan.proration,
                    interval,
                    ..self.segment
                }
            }
            None => self.segment,
        };
        let free = Period { start: self.start, end: anchor };
        let (status, segment) = (SubscriptionStatus::Trialing, Segment { anchor, ..segment });
        let begun = Self { status, segment, period: free, billed_until: anchor, ..self };
        begun.trial_ended(GRACE).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Party};

    use super::*;
    use crate::{Interval, NewSubscription, Plan, samples, tenant_catalogue};

    const END: &str = "2026-12-15T00:00:00Z";

    fn plan(at: usize) -> Plan {
        tenant_catalogue().remove(at)
    }

    /// STARTER by the month, free until [`END`].
    fn trial() -> Subscription {
        let party = Party::Tenant("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
        let new = NewSubscription { party, currency: Currency::USD, ..samples::new_subscription() };
        Subscription::start(new, &plan(0), samples::at("2026-12-01T00:00:00Z")).unwrap()
    }

    const fn to(plan: &Plan, interval: Interval) -> PlanChange<'_> {
        PlanChange { plan, interval, quantity: 1 }
    }

    #[test]
    fn another_plan_is_chosen_in_the_free_days_and_after_them() {
        let large = plan(1);
        let chosen = trial().converted(Some(to(&large, Interval::YEAR)), samples::at("2026-12-03T00:00:00Z"));
        let chosen = chosen.unwrap().unwrap();
        assert_eq!(
            (chosen.status, chosen.period.end, chosen.version),
            (SubscriptionStatus::Trialing, trial().period.end, 2)
        );
        let begun = chosen.trial_ended(GRACE).unwrap();
        for late in [trial(), trial().expired()] {
            let version = late.version + 1;
            let paid =
                late.converted(Some(to(&large, Interval::YEAR)), samples::at("2026-12-20T10:00:00Z")).unwrap().unwrap();
            assert_eq!((paid.status, paid.version), (SubscriptionStatus::Active, version));
            assert_eq!((&paid.segment.plan, paid.segment.interval), (&large.reference(), Interval::YEAR));
            assert_eq!((&begun.segment.plan, begun.segment.interval), (&paid.segment.plan, paid.segment.interval));
            assert_eq!(
                (paid.period.start.to_string(), paid.period.end.to_string()),
                ("2026-12-20".into(), "2027-12-20".into())
            );
        }
    }

    #[test]
    fn the_plan_that_it_has_is_no_change() {
        let own = plan(0);
        for now in ["2026-12-03T00:00:00Z", END] {
            let now = samples::at(now);
            assert_eq!(trial().converted(Some(to(&own, Interval::MONTH)), now), trial().converted(None, now));
        }
    }

    #[test]
    fn one_that_is_paid_for_is_not_changed_by_a_conversion() {
        let (large, now) = (plan(1), samples::at("2026-12-20T00:00:00Z"));
        let paid = trial().trial_ended(GRACE).unwrap();
        assert_eq!(
            paid.converted(Some(to(&large, Interval::MONTH)), now),
            Err(SubscriptionError::NotNow(SubscriptionStatus::Active))
        );
    }
}
