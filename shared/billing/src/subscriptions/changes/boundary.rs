//! What a subscription will be from its next boundary on: another plan, or nothing.

use crate::{
    BoundaryChange, Interval, Plan, PlanKey, Subscription, SubscriptionError, subscriptions::subscription::may_be_sold,
};

/// What somebody wants of a subscription from its next boundary on.
#[derive(Clone, Copy, Debug)]
pub struct PlanChange<'a> {
    /// The plan, in the version that is sold.
    pub plan: &'a Plan,
    /// How often it is billed.
    pub interval: Interval,
    /// How many of it.
    pub quantity: u64,
}

impl PlanChange<'_> {
    /// Whether it is what a subscription has.
    pub(crate) fn is_had_by(self, subscription: &Subscription) -> bool {
        let has = &subscription.segment;
        (&self.plan.reference(), self.interval, self.quantity) == (&has.plan, has.interval, has.quantity)
    }

    /// The same for a boundary.
    pub(crate) fn at_boundary(self) -> BoundaryChange {
        let (plan, timing, proration) = (self.plan.reference(), self.plan.base_timing, self.plan.proration);
        BoundaryChange::Plan { plan, quantity: self.quantity, timing, proration, interval: self.interval }
    }
}

impl Subscription {
    /// The same subscription with another plan, interval or quantity from the end of its present period, or of its trial, on.
    ///
    /// # Errors
    /// `NotNow`, `Same`, `Plan(NotOffered)`, `OneOnly`.
    pub fn change_at_boundary(self, wanted: PlanChange<'_>) -> Result<Self, SubscriptionError> {
        self.may_become(wanted)?;
        Ok(self.schedule(wanted.at_boundary()))
    }

    /// Whether it can be changed so.
    pub(crate) fn may_become(&self, wanted: PlanChange<'_>) -> Result<(), SubscriptionError> {
        self.must_go_on()?;
        may_be_sold(wanted.plan.price(self.currency, wanted.interval)?, wanted.quantity)?;
        if wanted.is_had_by(self) {
            return Err(SubscriptionError::Same);
        }
        Ok(())
    }

    /// The same subscription, ending with its present period, or with its trial; what was used until then is still invoiced.
    /// `None` when it ends then already.
    ///
    /// # Errors
    /// `NotNow`.
    pub fn cancel_at_boundary(self) -> Result<Option<Self>, SubscriptionError> {
        self.must_go_on()?;
        if self.scheduled.as_ref().is_some_and(|scheduled| scheduled.change == BoundaryChange::Cancelled) {
            return Ok(None);
        }
        Ok(Some(self.schedule(BoundaryChange::Cancelled)))
    }

    /// The same subscription without what was to change at the boundary; `None` when nothing was.
    ///
    /// # Errors
    /// `NotNow`.
    pub fn keep_as_it_is(self) -> Result<Option<Self>, SubscriptionError> {
        self.must_go_on()?;
        if self.scheduled.is_none() {
            return Ok(None);
        }
        Ok(Some(Self { scheduled: None, version: self.version + 1, ..self }))
    }

    /// Whether it holds a plan, or will from its next boundary on.
    pub fn holds(&self, plan: &PlanKey) -> bool {
        let will = self.scheduled.as_ref().is_some_and(|scheduled| match &scheduled.change {
            BoundaryChange::Plan { plan: next, .. } => next.key == *plan,
            BoundaryChange::Cancelled => false,
        });
        !self.is_over() && (self.plan().key == *plan || will)
    }

    /// Whether it is still something that can be changed.
    ///
    /// # Errors
    /// `NotNow` when it is over.
    pub fn must_not_be_over(&self) -> Result<(), SubscriptionError> {
        if self.is_over() { Err(SubscriptionError::NotNow(self.status)) } else { Ok(()) }
    }

    pub(crate) fn must_go_on(&self) -> Result<(), SubscriptionError> {
        if self.status.is_in_force() { Ok(()) } else { Err(SubscriptionError::NotNow(self.status)) }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::{GRACE, SubscriptionStatus, samples};

    fn basic() -> Subscription {
        samples::begun("BASIC", Currency::USD, "UTC", "2026-01-31T00:00:00Z")
    }

    fn to(plan: &Plan) -> PlanChange<'_> {
        PlanChange { plan, interval: Interval::MONTH, quantity: 1 }
    }

    #[test]
    fn another_plan_begins_at_the_boundary_and_is_known_beforehand() {
        let premium = samples::plan("PREMIUM");
        let changed = basic().change_at_boundary(to(&premium)).unwrap();
        assert_eq!((changed.plan().key.to_string().as_str(), changed.version), ("BASIC", 3));
        assert!(changed.holds(&premium.key) && changed.holds(&samples::plan("BASIC").key));
        assert!(changed.plans().contains(&premium.reference()), "it is read before the boundary is billed");
        let next = changed.closed(GRACE).unwrap();
        assert_eq!((next.plan().key.clone(), next.scheduled), (premium.key, None));
    }

    #[test]
    fn who_cancels_keeps_the_period_and_can_think_better_of_it() {
        let cancelled = basic().cancel_at_boundary().unwrap().unwrap();
        assert_eq!(cancelled.status, SubscriptionStatus::Active);
        assert_eq!(cancelled.clone().cancel_at_boundary(), Ok(None), "once");
        let kept = cancelled.clone().keep_as_it_is().unwrap().unwrap();
        assert_eq!((kept.scheduled.clone(), kept.clone().keep_as_it_is()), (None, Ok(None)));
        let over = cancelled.closed(GRACE).unwrap();
        assert_eq!(over.status, SubscriptionStatus::Cancelled);
        assert!(!over.holds(&samples::plan("BASIC").key));
        let late = SubscriptionError::NotNow(SubscriptionStatus::Cancelled);
        assert_eq!(over.clone().cancel_at_boundary(), Err(late.clone()));
        assert_eq!(over.clone().keep_as_it_is(), Err(late.clone()));
        assert_eq!(over.change_at_boundary(to(&samples::plan("PREMIUM"))), Err(late));
    }

    #[test]
    fn a_change_changes_something_and_is_sold() {
        let (basic_plan, free) = (samples::plan("BASIC"), samples::plan("FREE"));
        assert_eq!(basic().change_at_boundary(to(&basic_plan)), Err(SubscriptionError::Same));
        let many = PlanChange { quantity: 2, ..to(&free) };
        assert_eq!(basic().change_at_boundary(many), Err(SubscriptionError::OneOnly));
        let quarterly = PlanChange { interval: Interval::QUARTER, ..to(&free) };
        assert!(matches!(basic().change_at_boundary(quarterly), Err(SubscriptionError::Plan(_))));
    }

    #[test]
    fn a_trial_can_be_cancelled_before_anything_is_paid() {
        let plan = Plan { trial_days: 14, ..samples::plan("BASIC") };
        let trial =
            Subscription::start(samples::new_subscription(), &plan, samples::at("2026-01-01T00:00:00Z")).unwrap();
        let over = trial.cancel_at_boundary().unwrap().unwrap().trial_ended(GRACE).unwrap();
        assert_eq!(over.status, SubscriptionStatus::Cancelled);
    }
}
