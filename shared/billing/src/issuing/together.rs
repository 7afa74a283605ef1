//! Which subscriptions of a customer are invoiced together, where the tenant wants so.

use kernel::Timestamp;

use crate::{BoundaryChange, PlanError, PlanSet, Subscription, SubscriptionStatus, Turn, issuing::issuance::counted};

/// How many writes the subscriptions of one invoice may need; the invoice's own and what is posted beside it fit into the
/// transaction too.
const MOST_WRITES: usize = 80;

/// `one`, and those of `others` whose period ends at the same instant and that are paid in the same way, in the order of their
/// ids: as many as fit into one transaction. Whichever of them is asked, the answer is the same, and the first bills for all.
///
/// # Errors
/// Those of the plans, which are to be in `plans`.
pub fn together(
    one: &Subscription,
    others: Vec<Subscription>,
    as_of: Timestamp,
    plans: &PlanSet,
) -> Result<Vec<Subscription>, PlanError> {
    if !ends(one, as_of) {
        return Ok(vec![one.clone()]);
    }
    let joins = |other: &Subscription| other.id != one.id && ends(other, as_of) && is_alike(one, other);
    let mut all: Vec<Subscription> = others.into_iter().filter(joins).collect();
    all.push(one.clone());
    all.sort_by_key(|subscription| subscription.id);
    let (mut group, mut writes): (Vec<Subscription>, usize) = (Vec::new(), 0);
    for subscription in all {
        // Itself, its place on the agenda and its guard, an event, and each counter closed and its late units billed.
        let own = 5 + 2 * counted(&subscription, plans)?.len();
        if writes + own > MOST_WRITES && !group.is_empty() {
            if group.iter().any(|member| member.id == one.id) {
                break;
            }
            group.clear();
            writes = 0;
        }
        writes += own;
        group.push(subscription);
    }
    Ok(group)
}

/// Whether it is at the end of a period, and not at its own.
fn ends(subscription: &Subscription, as_of: Timestamp) -> bool {
    let is_last = subscription.scheduled.as_ref().is_some_and(|scheduled| {
        scheduled.on <= subscription.period.end && scheduled.change == BoundaryChange::Cancelled
    });
    let goes_on = subscription.status != SubscriptionStatus::Incomplete && !subscription.closing && !is_last;
    goes_on && subscription.turn(as_of) == Turn::Close
}

fn is_alike(one: &Subscription, other: &Subscription) -> bool {
    (one.party, one.currency, one.due_at, one.collection)
        == (other.party, other.currency, other.due_at, other.collection)
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, SubscriptionId};

    use super::*;
    use crate::{GRACE, NewSubscription, samples};

    fn begun(letter: char, started: &str) -> Subscription {
        let id: SubscriptionId = format!("sub_01JD2Z3M4N5P6Q7R8S9T0V1W2{letter}").parse().unwrap();
        let new = NewSubscription { id, currency: Currency::IDR, ..samples::new_subscription() };
        Subscription::start(new, &samples::plan("BASIC"), samples::at(started)).unwrap().begun(GRACE).unwrap()
    }

    fn ids(group: &[Subscription]) -> String {
        group.iter().map(|one| one.id.to_string().chars().last().unwrap()).collect()
    }

    #[test]
    fn whoever_is_asked_the_same_are_together_and_in_one_order() {
        let all = ['C', 'A', 'B'].map(|letter| begun(letter, "2026-12-01T08:00:00Z"));
        let (due, plans) = (all[0].due_at, samples::plans());
        for one in &all {
            assert_eq!(ids(&together(one, all.to_vec(), due, &plans).unwrap()), "ABC");
        }
        let early = samples::at("2026-12-15T08:00:00Z");
        assert_eq!(ids(&together(&all[0], all.to_vec(), early, &plans).unwrap()), "C");
    }

    #[test]
    fn what_ends_at_another_time_or_is_paid_otherwise_is_not() {
        let one = begun('A', "2026-12-01T08:00:00Z");
        let (due, plans) = (one.due_at, samples::plans());
        let later = begun('B', "2026-12-02T08:00:00Z");
        let other = begun('C', "2026-12-01T08:00:00Z");
        let others = vec![
            later,
            Subscription { currency: Currency::USD, ..other.clone() },
            Subscription { collection: crate::Collection::Automatic, ..other.clone() },
            Subscription { closing: true, ..other.clone() },
            Subscription { status: SubscriptionStatus::Incomplete, ..other },
        ];
        assert_eq!(ids(&together(&one, others, due.plus(GRACE * 48), &plans).unwrap()), "A");
    }

    #[test]
    fn what_does_not_fit_is_another_invoice_and_each_is_in_one() {
        let all: Vec<Subscription> = ('A'..='Z')
            .filter(|letter| !"ILOU".contains(*letter))
            .map(|letter| begun(letter, "2026-12-01T08:00:00Z"))
            .collect();
        let (due, plans) = (all[0].due_at, samples::plans());
        let mut seen = String::new();
        for one in &all {
            let group = together(one, all.clone(), due, &plans).unwrap();
            assert!(group.iter().any(|member| member.id == one.id));
            if group[0].id == one.id {
                seen.push_str(&ids(&group));
                seen.push(' ');
            }
        }
        assert!(seen.trim().contains(' '), "{seen}");
        assert_eq!(seen.replace(' ', ""), ids(&all));
    }
}
