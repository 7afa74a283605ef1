//! Whether something may be used, and which marks of a quota its use crosses.
//!
//! A counter is raised under a condition that names the band in which this decision is right: the write goes through only
//! where it allows as much, and crosses the same marks, as was decided. Counters only rise, so that each mark of a window is
//! crossed by exactly one write, however many run beside it.

use kernel::Timestamp;
use table::Condition;

use crate::{Overage, QuotaAllowance};

/// At how many percent of a quota is told.
const MARKS: [u8; 2] = [80, 100];

/// A mark of a quota that a use crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// In percent.
    pub percent: u8,
    /// The quota.
    pub limit: u64,
}

/// A use that a quota allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    /// How many units.
    pub quantity: u64,
    /// The marks that it crosses.
    pub crossed: Vec<Crossing>,
    /// From how many used units on this holds.
    at_least: u64,
    /// Below how many used units this holds; `None` where that is any number.
    below: Option<u64>,
}

/// How an allowance stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaStanding {
    /// How much is allowed or included; `None` where there is no end.
    pub limit: Option<u64>,
    /// How much is used.
    pub used: u64,
    /// How much of the limit is left.
    pub remaining: Option<u64>,
    /// When it starts again from zero.
    pub resets_at: Timestamp,
}

/// What is decided about a use that several quotas may limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpendingVerdict {
    /// Each of them allows it, by this spending.
    Allowed(Vec<Spending>),
    /// The quota at this index refuses it; of several, the one that starts again last.
    Refused(usize),
}

/// Decides about a use of so many units, by the quotas of a feature and what each has counted.
pub fn verdict(allowances: &[QuotaAllowance], used: &[u64], quantity: u64) -> SpendingVerdict {
    let each = || allowances.iter().zip(used);
    let refusing = each().enumerate().filter(|(_, (one, used))| one.spend(**used, quantity).is_none());
    match refusing.max_by_key(|(_, (one, _))| one.window.ends_at) {
        Some((number, _)) => SpendingVerdict::Refused(number),
        None => SpendingVerdict::Allowed(each().filter_map(|(one, used)| one.spend(*used, quantity)).collect()),
    }
}

impl QuotaAllowance {
    /// How it stands when so much is used.
    pub fn standing(&self, used: u64) -> QuotaStanding {
        let limit = self.quota.limit();
        let remaining = limit.map(|limit| limit.saturating_sub(used));
        QuotaStanding { limit, used, remaining, resets_at: self.window.ends_at }
    }

    /// The use of so many more units when so much is used; `None` where it is refused.
    fn spend(&self, used: u64, quantity: u64) -> Option<Spending> {
        let mut spending = Spending { quantity, crossed: Vec::new(), at_least: 0, below: None };
        let Some(limit) = self.quota.limit() else { return Some(spending) };
        if self.quota.overage() == Overage::Block {
            let most = limit.checked_sub(quantity).filter(|most| used <= *most)?;
            spending.holds_below(most.saturating_add(1));
        }
        if !self.per.is_warned_of() || limit == 0 {
            return Some(spending);
        }
        for percent in MARKS {
            let mark = at_percent(limit, percent);
            // A use of `quantity` crosses the mark from here on.
            let before = mark.saturating_sub(quantity);
            if used >= mark {
                spending.at_least = spending.at_least.max(mark);
            } else if used >= before {
                spending.at_least = spending.at_least.max(before);
                spending.holds_below(mark);
                spending.crossed.push(Crossing { percent, limit });
            } else {
                spending.holds_below(before);
            }
        }
        Some(spending)
    }
}

impl Spending {
    /// What must be true of the counter for this to be right.
    pub(crate) fn condition(&self) -> Option<Condition> {
        let counted = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
        let (at_least, below) = (counted(self.at_least), self.below.map(counted));
        let below = below.map(|below| Condition::Below("used", below));
        match (at_least, below) {
            (0, None) => None,
            (0, Some(below)) => Some(Condition::AnyOf(vec![Condition::Missing("used"), below])),
            (_, None) => Some(Condition::AtLeast("used", at_least)),
            (_, Some(below)) => Some(Condition::AllOf(vec![Condition::AtLeast("used", at_least), below])),
        }
    }

    fn holds_below(&mut self, units: u64) {
        self.below = Some(self.below.map_or(units, |below| below.min(units)));
    }
}

/// The first whole number that is at least so many percent of the limit.
fn at_percent(limit: u64, percent: u8) -> u64 {
    let exact = (u128::from(limit) * u128::from(percent)).div_ceil(100);
    u64::try_from(exact).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Per, Quota, Window, samples};

    fn allowance(name: &str, quota: Quota) -> QuotaAllowance {
        let (feature, per) = Per::of_quota(name);
        let ends_at = samples::at(if per == Per::Day { "2026-12-02T00:00:00Z" } else { "2027-01-01T00:00:00Z" });
        QuotaAllowance {
            name: name.to_owned(),
            feature,
            per,
            quota,
            window: Window { start: "2026-12-01".into(), ends_at },
        }
    }

    fn monthly(quota: Quota) -> QuotaAllowance {
        allowance("predictionsPerMonth", quota)
    }

    fn crossed(allowance: &QuotaAllowance, used: u64, quantity: u64) -> Option<Vec<u8>> {
        let spending = allowance.spend(used, quantity)?;
        Some(spending.crossed.into_iter().map(|one| one.percent).collect())
    }

    #[test]
    fn a_quota_that_blocks_is_never_exceeded() {
        let ten = monthly(Quota::AtMost(10));
        assert_eq!(
            (crossed(&ten, 0, 10), crossed(&ten, 0, 11), crossed(&ten, 10, 1)),
            (Some(vec![80, 100]), None, None)
        );
        assert_eq!(crossed(&monthly(Quota::AtMost(0)), 0, 1), None);
        // The plan of a smaller quota came within the window: more is used than it allows.
        assert_eq!(crossed(&ten, 25, 1), None);
        assert_eq!(ten.standing(25).remaining, Some(0));
    }

    #[test]
    fn beyond_a_quota_that_allows_more_nothing_is_told_again() {
        let ten = monthly(Quota::Including(10));
        let told: Vec<_> =
            [(0, 7), (7, 1), (8, 1), (9, 5), (14, 1)].map(|(used, more)| crossed(&ten, used, more)).into();
        assert_eq!(told, [Some(vec![]), Some(vec![80]), Some(vec![]), Some(vec![100]), Some(vec![])]);
        assert_eq!(crossed(&monthly(Quota::Including(0)), 0, 1), Some(vec![]));
        assert_eq!(crossed(&monthly(Quota::Unlimited), u64::MAX, 1), Some(vec![]));
    }

    #[test]
    fn a_minute_is_over_before_a_warning_of_it_is_read() {
        assert_eq!(crossed(&allowance("requestsPerMinute", Quota::AtMost(10)), 7, 3), Some(vec![]));
    }

    #[test]
    fn of_several_quotas_each_must_allow_and_the_last_to_count_anew_says_when() {
        let both = [allowance("callsPerDay", Quota::AtMost(5)), allowance("callsPerMonth", Quota::AtMost(20))];
        assert!(matches!(verdict(&both, &[4, 10], 1), SpendingVerdict::Allowed(spendings) if spendings.len() == 2));
        assert_eq!(verdict(&both, &[5, 10], 1), SpendingVerdict::Refused(0));
        assert_eq!(verdict(&both, &[5, 20], 1), SpendingVerdict::Refused(1));
    }

    /// Whether a counter's row is as a write demands.
    fn holds(condition: Option<&Condition>, used: Option<u64>) -> bool {
        let number = used.map(|used| i64::try_from(used).unwrap());
        match condition {
            None => true,
            Some(Condition::Missing("used")) => number.is_none(),
            Some(Condition::Below("used", than)) => number.is_some_and(|used| used < *than),
            Some(Condition::AtLeast("used", least)) => number.is_some_and(|used| used >= *least),
            Some(Condition::AnyOf(any)) => any.iter().any(|one| holds(Some(one), used)),
            Some(Condition::AllOf(all)) => all.iter().all(|one| holds(Some(one), used)),
            Some(other) => panic!("{other:?}"),
        }
    }

    proptest! {
        /// Writers that decided by what they read long ago write only where they would decide the same now.
        #[test]
        fn whoever_wrote_first_each_mark_is_crossed_once_and_no_limit_exceeded(
            limit in 0_u64..60, blocks in any::<bool>(),
            writes in prop::collection::vec((1_u64..25, 0_usize..6), 1..60),
        ) {
            let allowance = monthly(if blocks { Quota::AtMost(limit) } else { Quota::Including(limit) });
            let (mut seen, mut told) = (vec![None::<u64>], Vec::new());
            for (quantity, behind) in writes {
                let now = *seen.last().unwrap();
                // What this writer read is some writes old; it decides anew from what a refused write shows.
                let mut read = seen[seen.len().saturating_sub(behind + 1)];
                let mut tries = 0;
                while let Some(spending) = allowance.spend(read.unwrap_or(0), quantity) {
                    tries += 1;
                    prop_assert!(tries <= 2, "nobody else writes between the first refusal and the second try");
                    if holds(spending.condition().as_ref(), now) {
                        told.extend(spending.crossed.iter().map(|one| one.percent));
                        seen.push(Some(now.unwrap_or(0) + quantity));
                        break;
                    }
                    prop_assert_ne!(read, now);
                    read = now;
                }
            }
            let used = seen.last().unwrap().unwrap_or(0);
            prop_assert!(!blocks || used <= limit);
            let reached = |percent| limit > 0 && used >= at_percent(limit, percent);
            let expected: Vec<u8> = MARKS.into_iter().filter(|percent| reached(*percent)).collect();
            prop_assert_eq!(told, expected);
        }
    }
}
