//! How much of what a plan includes was used in a month.

use kernel::Date;

/// A month's calls against what the plan includes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FairUse {
    /// The month in UTC, such as `2026-11`.
    pub month: String,
    /// How many calls count.
    pub calls: u64,
    /// How many the plan includes; `None` when as many as wanted, or when there is no plan.
    pub included: Option<u64>,
    /// Which part of those was used, in whole percent, rounded down; more than 100 when there were more.
    pub share_percent: Option<u64>,
}

impl FairUse {
    /// That of the month that `day` is in.
    pub fn of_month(day: Date, calls: u64, included: Option<u64>) -> Self {
        let share = |included| calls.saturating_mul(100).checked_div(included);
        Self { month: day.strftime("%Y-%m").to_string(), calls, included, share_percent: included.and_then(share) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_down_and_may_be_more_than_all() {
        let day: Date = "2026-11-21".parse().unwrap();
        for (calls, included, share) in [
            (0, Some(10_000), Some(0)),
            (7_999, Some(10_000), Some(79)),
            (10_000, Some(10_000), Some(100)),
            (25_000, Some(10_000), Some(250)),
            (5, None, None),
            (5, Some(0), None),
        ] {
            let use_ = FairUse::of_month(day, calls, included);
            assert_eq!((use_.month.as_str(), use_.share_percent), ("2026-11", share), "{calls} {included:?}");
        }
    }
}
