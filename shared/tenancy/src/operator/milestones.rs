//! The milestones of a tenant, and what they add to the months: a function of the set of them, so that in whatever order and
//! however often they are heard of, the months are the same.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Date;
use serde::{Deserialize, Serialize};

/// What happened to a tenant, as far as months count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// Its trial ended, and it had not converted.
    TrialExpired,
    /// It pays from now on, by its own wish.
    Converted,
    /// It pays from now on since the operator opened it out of its trial, which converts nobody.
    Opened,
    /// It is over.
    Cancelled,
    /// It is back after it was over.
    Restored,
}

/// A milestone, and when it was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MilestoneStep {
    /// The version of the tenant that its event tells of: the order of milestones.
    pub version: u64,
    /// Which.
    pub milestone: Milestone,
    /// On which day, in UTC.
    pub day: Date,
}

/// What tenants add to one month. All are numbers of tenants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CohortFigures {
    /// Signed up in the month.
    pub signed_up: i64,
    /// Of those that signed up in the month: converted since, by their own wish.
    pub converted: i64,
    /// Of those that signed up in the month: let the trial end, and neither converted since nor were opened by the operator.
    pub lapsed: i64,
    /// Began to pay in the month, or came back.
    pub began: i64,
    /// Paid, and were cancelled in the month.
    pub ended: i64,
}

impl CohortFigures {
    /// The names of the figures as they are stored, and their values.
    pub(crate) const fn named(&self) -> [(&'static str, i64); 5] {
        [
            ("signedUp", self.signed_up),
            ("converted", self.converted),
            ("lapsed", self.lapsed),
            ("began", self.began),
            ("ended", self.ended),
        ]
    }

    /// Both together. Numbers of tenants fit.
    pub(crate) const fn plus(self, other: Self) -> Self {
        self.combined(other, 1)
    }

    /// What is left without the other.
    pub(crate) const fn minus(self, other: Self) -> Self {
        self.combined(other, -1)
    }

    const fn combined(self, other: Self, sign: i64) -> Self {
        Self {
            signed_up: self.signed_up.saturating_add(sign * other.signed_up),
            converted: self.converted.saturating_add(sign * other.converted),
            lapsed: self.lapsed.saturating_add(sign * other.lapsed),
            began: self.began.saturating_add(sign * other.began),
            ended: self.ended.saturating_add(sign * other.ended),
        }
    }
}

/// What a tenant that signed up on a day adds to the months, by their first days.
pub(crate) fn months(signed_up: Date, steps: &BTreeSet<MilestoneStep>) -> BTreeMap<Date, CohortFigures> {
    let reached = |milestone| steps.iter().any(|step| step.milestone == milestone);
    let converted = reached(Milestone::Converted);
    let lapsed = !converted && !reached(Milestone::Opened) && reached(Milestone::TrialExpired);
    let cohort = CohortFigures {
        signed_up: 1,
        converted: i64::from(converted),
        lapsed: i64::from(lapsed),
        ..CohortFigures::default()
    };
    let mut months = BTreeMap::from([(signed_up.first_of_month(), cohort)]);
    let (mut has_paid, mut pays) = (false, false);
    for step in steps {
        let paid = pays;
        match step.milestone {
            Milestone::Converted | Milestone::Opened => (has_paid, pays) = (true, true),
            Milestone::Cancelled => pays = false,
            Milestone::Restored => pays = has_paid,
            Milestone::TrialExpired => {}
        }
        let month = months.entry(step.day.first_of_month()).or_default();
        month.began += i64::from(pays && !paid);
        month.ended += i64::from(paid && !pays);
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn step(version: u64, milestone: Milestone, on: &str) -> MilestoneStep {
        MilestoneStep { version, milestone, day: day(on) }
    }

    #[test]
    fn a_trial_counts_in_the_month_of_its_sign_up_whenever_it_converts() {
        let steps = [
            step(1, Milestone::TrialExpired, "2026-12-05"),
            step(2, Milestone::Converted, "2027-01-03"),
            step(3, Milestone::Cancelled, "2027-02-01"),
            step(4, Milestone::Restored, "2027-02-20"),
        ];
        let months = months(day("2026-11-21"), &BTreeSet::from(steps));
        let of = |first: &str| months.get(&day(first)).copied().unwrap_or_default();
        assert_eq!(of("2026-11-01"), CohortFigures { signed_up: 1, converted: 1, ..CohortFigures::default() });
        assert_eq!(of("2026-12-01"), CohortFigures::default());
        assert_eq!(of("2027-01-01"), CohortFigures { began: 1, ..CohortFigures::default() });
        assert_eq!(of("2027-02-01"), CohortFigures { began: 1, ended: 1, ..CohortFigures::default() });
    }

    #[test]
    fn whom_the_operator_opens_pays_and_did_not_convert() {
        let steps = [
            step(1, Milestone::TrialExpired, "2026-12-05"),
            step(2, Milestone::Opened, "2027-01-03"),
            step(3, Milestone::Cancelled, "2027-02-01"),
        ];
        let months = months(day("2026-11-21"), &BTreeSet::from(steps));
        let of = |first: &str| months.get(&day(first)).copied().unwrap_or_default();
        assert_eq!(of("2026-11-01"), CohortFigures { signed_up: 1, ..CohortFigures::default() });
        assert_eq!(of("2027-01-01"), CohortFigures { began: 1, ..CohortFigures::default() });
        assert_eq!(of("2027-02-01"), CohortFigures { ended: 1, ..CohortFigures::default() });
    }

    #[test]
    fn who_never_paid_is_no_churn() {
        let steps = [step(1, Milestone::TrialExpired, "2026-12-05"), step(2, Milestone::Cancelled, "2026-12-06")];
        let steps = BTreeSet::from(steps).into_iter().chain([step(3, Milestone::Restored, "2026-12-07")]).collect();
        let months = months(day("2026-11-21"), &steps);
        assert!(months.values().all(|month| month.ended == 0 && month.began == 0), "{months:?}");
        assert_eq!(months[&day("2026-11-01")].lapsed, 1);
    }
}
