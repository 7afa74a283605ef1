//! From when on a subscription has what is wanted of it, where nobody says when.

use kernel::Date;

use crate::{BoundaryChange, Plan, PlanChange, Subscription, SubscriptionError, SubscriptionStatus};

/// How often a subscription changes at once in one period; after that it changes at the boundary, so that what all its plans
/// count fits into one invoice.
const MOST_AT_ONCE: usize = 10;

/// From when on a change holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onset {
    /// It has this, or waits for it, already.
    Already,
    /// It has this, and what waits for the boundary is taken back.
    Withdrawn,
    /// From now on.
    Now,
    /// From the next boundary on.
    Boundary,
}

impl Subscription {
    /// From when on it has what is wanted: at once what costs at least as much as `own`, its present plan, and anything in its
    /// trial; from the next period on what costs less, as it is paid for until then.
    ///
    /// # Errors
    /// `Plan(NotOffered)`, `TooMany`.
    pub fn onset(&self, wanted: PlanChange<'_>, own: &Plan, today: Date) -> Result<Onset, SubscriptionError> {
        let waits = self.scheduled.as_ref().map(|scheduled| &scheduled.change);
        let is_for_plan = matches!(waits, Some(BoundaryChange::Plan { .. }));
        if waits == Some(&wanted.at_boundary()) {
            return Ok(Onset::Already);
        }
        let has = (&self.segment.plan, self.segment.interval, self.segment.quantity);
        if has == (&wanted.plan.reference(), wanted.interval, wanted.quantity) {
            return Ok(if is_for_plan { Onset::Withdrawn } else { Onset::Already });
        }
        if self.status == SubscriptionStatus::Trialing {
            return Ok(Onset::Now);
        }
        let changes = self.segments().filter(|segment| segment.from >= self.period.start).count();
        // What a plan that began today has counted, the other must count too.
        let counts_on = own.meters.iter().all(|meter| wanted.plan.meters.contains(meter));
        let can_now = changes < MOST_AT_ONCE && (counts_on || self.segment.from < today);
        Ok(if can_now && wanted.is_no_less_than(self, own)? { Onset::Now } else { Onset::Boundary })
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use kernel::{Currency, Party, Timestamp};

    use super::*;
    use crate::{Interval, NewSubscription, tenant_catalogue};

    fn plan(at: usize) -> Plan {
        tenant_catalogue().remove(at)
    }

    fn paying() -> Subscription {
        let at: Timestamp = "2026-12-01T03:00:00Z".parse().unwrap();
        let new = NewSubscription {
            id: "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            party: Party::Tenant("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()),
            currency: Currency::IDR,
            interval: Interval::MONTH,
            quantity: 1,
            zone: "Asia/Jakarta".parse().unwrap(),
        };
        Subscription { status: SubscriptionStatus::Active, ..Subscription::start(new, &plan(1), at).unwrap() }
    }

    fn onset(of: &Subscription, to: usize, interval: Interval) -> Onset {
        let (own, plan) = (plan(1), plan(to));
        let wanted = PlanChange { plan: &plan, interval, quantity: 1 };
        of.onset(wanted, &own, "2026-12-10".parse().unwrap()).unwrap()
    }

    #[test]
    fn more_holds_at_once_less_from_the_next_period_on_and_anything_in_a_trial() {
        let one = paying();
        assert_eq!(onset(&one, 2, Interval::MONTH), Onset::Now);
        assert_eq!(onset(&one, 0, Interval::MONTH), Onset::Boundary);
        assert_eq!(onset(&one, 1, Interval::YEAR), Onset::Boundary, "a year costs ten months");
        assert_eq!(onset(&one, 1, Interval::MONTH), Onset::Already);
        let free = Subscription { status: SubscriptionStatus::Trialing, ..one };
        assert_eq!(onset(&free, 0, Interval::MONTH), Onset::Now);
    }

    #[test]
    fn what_waits_is_not_decided_twice_and_is_taken_back_by_what_it_has() {
        let cheap = plan(0);
        let wanted = PlanChange { plan: &cheap, interval: Interval::MONTH, quantity: 1 };
        let waits = paying().change_at_boundary(wanted).unwrap();
        assert_eq!(onset(&waits, 0, Interval::MONTH), Onset::Already);
        assert_eq!(onset(&waits, 1, Interval::MONTH), Onset::Withdrawn);
        assert_eq!(onset(&waits, 2, Interval::MONTH), Onset::Now);
        let leaves = paying().cancel_at_boundary().unwrap().unwrap();
        assert_eq!(onset(&leaves, 1, Interval::MONTH), Onset::Already, "who leaves still does");
    }

    #[test]
    fn who_changes_too_often_waits_for_the_next_period() {
        let mut one = paying();
        for day in 2..14 {
            let (own, other) = if one.plan().key == plan(1).key { (plan(1), plan(2)) } else { (plan(2), plan(1)) };
            let wanted = PlanChange { plan: &other, interval: Interval::MONTH, quantity: 1 };
            let now: Timestamp = format!("2026-12-{day:02}T03:00:00Z").parse().unwrap();
            let dearer = own.key == plan(1).key;
            let found = one.onset(wanted, &own, now.date_in(&one.zone)).unwrap();
            assert_eq!(found, if dearer && day < 11 { Onset::Now } else { Onset::Boundary }, "{day}");
            one = one.change_now(wanted, now, SignedDuration::from_hours(1)).unwrap();
        }
    }
}
