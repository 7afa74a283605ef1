//! The course of one subscription, as far as it is counted: how it stood after each change.
//!
//! What it adds to the days is a function of its course, so a change that is heard of late takes its place among the others,
//! and the days are corrected by the difference: in whatever order changes come, and however often, the days are the same.

use std::collections::{BTreeMap, BTreeSet};

use events::subscription::{StandingState, SubscriptionStanding};
use kernel::{Currency, Date};
use serde::{Deserialize, Serialize};

use crate::{Figures, Movement, Plan, PlanKey, StandingError, monthly_revenue};

/// How many changes are kept, so that one that comes late finds its place. Of older ones the last is left.
const KEPT: usize = 24;

/// How a subscription stood from a change on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CourseStep {
    /// The version of the subscription that the change made.
    pub version: u64,
    /// On which day of the tenant.
    pub day: Date,
    /// With which plan.
    pub plan: PlanKey,
    /// Whether it was used and paid for.
    pub state: StandingState,
    /// Its monthly recurring revenue, in minor units.
    pub revenue: i64,
}

/// How a subscription stood after each change that was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Course {
    /// In which currency it is billed.
    pub(crate) currency: Currency,
    /// The last of the changes that are not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<CourseStep>,
    /// Whether it had revenue by then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    had_paid: bool,
    /// The changes, by version.
    steps: Vec<CourseStep>,
    /// Raised by every change of this row, from 1.
    pub(crate) version: u64,
}

/// A course with one change more, and what that does to the days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counting {
    pub(crate) course: Course,
    pub(crate) changes: BTreeMap<(Date, PlanKey), Figures>,
}

impl CourseStep {
    /// The step to a standing that version `version` of the subscription made on `day`, with its plan.
    ///
    /// # Errors
    /// Those of [`monthly_revenue`].
    pub fn to(standing: &SubscriptionStanding, version: u64, day: Date, plan: &Plan) -> Result<Self, StandingError> {
        let revenue = monthly_revenue(standing, plan)?.minor();
        Ok(Self { version, day, plan: standing.plan_key.parse()?, state: standing.state, revenue })
    }

    /// What it does to its day, after the step before it: what there was is taken from its plan, and what there is now is
    /// given to the plan of now.
    fn add_to(&self, before: Option<&Self>, had_paid: bool, changes: &mut Changes) {
        let was = before.filter(|before| before.state != StandingState::Over);
        let is = Some(self).filter(|step| step.state != StandingState::Over);
        if let Some(was) = was {
            changes.at(&was.plan, |figures| figures.count(was.state, -1));
        }
        if let Some(is) = is {
            changes.at(&is.plan, |figures| figures.count(is.state, 1));
        }
        match (was, is) {
            (None, Some(is)) => changes.at(&is.plan, |figures| figures.begun += 1),
            (Some(was), None) => changes.at(&was.plan, |figures| figures.ended += 1),
            (None, None) | (Some(_), Some(_)) => {}
        }
        let former = before.map_or(0, |before| before.revenue);
        if let Some(movement) = Movement::between(former, self.revenue, had_paid) {
            // What is lost, is lost by the plan that had it.
            let lost_by = before.filter(|_| movement == Movement::Churn);
            let plan = lost_by.map_or(&self.plan, |before| &before.plan);
            changes.at(plan, |figures| figures.add(movement, self.revenue - former));
        }
        self.transfer(before, changes);
    }

    /// The revenue of a plan that is changed for another goes to that, before it grows or shrinks there.
    fn transfer(&self, before: Option<&Self>, changes: &mut Changes) {
        let Some(before) = before.filter(|before| before.revenue != 0 && self.revenue != 0 && before.plan != self.plan)
        else {
            return;
        };
        changes.at(&before.plan, |figures| figures.transferred -= before.revenue);
        changes.at(&self.plan, |figures| figures.transferred += before.revenue);
    }
}

impl Figures {
    const fn count(&mut self, state: StandingState, more: i64) {
        match state {
            StandingState::Trialing => self.trialing += more,
            StandingState::Active => self.active += more,
            StandingState::Paused => self.paused += more,
            StandingState::Over => {}
        }
    }
}

/// What steps do to the days of plans.
struct Changes {
    day: Date,
    days: BTreeMap<(Date, PlanKey), Figures>,
}

impl Changes {
    fn at(&mut self, plan: &PlanKey, change: impl FnOnce(&mut Figures)) {
        change(self.days.entry((self.day, plan.clone())).or_default());
    }
}

impl Course {
    /// The course with one step more; `None` when it has that step, or one so much later that it is not kept any more.
    pub fn counting(course: Option<&Self>, currency: Currency, step: CourseStep) -> Option<Counting> {
        let empty = Self { currency, base: None, had_paid: false, steps: Vec::new(), version: 0 };
        let before = course.unwrap_or(&empty);
        let is_past = before.base.as_ref().is_some_and(|base| base.version >= step.version);
        if is_past || before.steps.iter().any(|known| known.version == step.version) {
            return None;
        }
        let mut after = Self { version: before.version + 1, ..before.clone() };
        after.steps.push(step);
        after.steps.sort_by_key(|step| step.version);
        let changes = difference(&before.days(), &after.days());
        Some(Counting { course: after.shortened(), changes })
    }

    /// What all kept steps do to the days. A step is on no earlier day than the one before it.
    fn days(&self) -> BTreeMap<(Date, PlanKey), Figures> {
        let mut changes = Changes { day: self.base.as_ref().map_or(Date::MIN, |base| base.day), days: BTreeMap::new() };
        let (mut before, mut had_paid) = (self.base.as_ref(), self.had_paid);
        for step in &self.steps {
            changes.day = changes.day.max(step.day);
            step.add_to(before, had_paid, &mut changes);
            had_paid |= step.revenue > 0;
            before = Some(step);
        }
        changes.days
    }

    /// The same course with no more steps than are kept.
    fn shortened(mut self) -> Self {
        let too_many = self.steps.len().saturating_sub(KEPT);
        for step in self.steps.drain(..too_many) {
            self.had_paid |= step.revenue > 0;
            let day = self.base.as_ref().map_or(step.day, |base| base.day.max(step.day));
            self.base = Some(CourseStep { day, ..step });
        }
        self
    }
}

impl Counting {
    /// What it does to the days of plans.
    pub const fn changes(&self) -> &BTreeMap<(Date, PlanKey), Figures> {
        &self.changes
    }

    /// The course after it.
    pub const fn course(&self) -> &Course {
        &self.course
    }
}

/// What is to be added to the days that were, so that they are as they are to be. The sums of one subscription fit: each is
/// of [`KEPT`] fees at most.
fn difference(
    before: &BTreeMap<(Date, PlanKey), Figures>,
    after: &BTreeMap<(Date, PlanKey), Figures>,
) -> BTreeMap<(Date, PlanKey), Figures> {
    let places: BTreeSet<(Date, PlanKey)> = before.keys().chain(after.keys()).cloned().collect();
    let of = |days: &BTreeMap<(Date, PlanKey), Figures>, place: &(Date, PlanKey)| {
        days.get(place).copied().unwrap_or_default()
    };
    let change = |place: (Date, PlanKey)| {
        let change = of(after, &place).minus(of(before, &place))?;
        (!change.is_nothing()).then_some((place, change))
    };
    places.into_iter().filter_map(change).collect()
}
