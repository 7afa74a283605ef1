//! A tenant as directory and census know it, and what changes in them when the tenant has.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Date, Resource, TenantId, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use table::Record;

use crate::{
    Tenant, TenantStatus,
    operator::{
        limit_marks::{self, LimitFigures, LimitLevel, LimitStep},
        milestones::{CohortFigures, MilestoneStep, months},
        places::{DirectoryPlace, Shown, places, search_word, status_word},
    },
};

/// A tenant as directory and census know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enlisted {
    pub(crate) tenant: TenantId,
    /// On which day it signed up, in UTC.
    signed_up: Date,
    /// How it is listed; not at all once it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<Shown>,
    /// The milestones that are counted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    steps: BTreeSet<MilestoneStep>,
    /// The marks of limits that it passed in this month and the one before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    marks: BTreeSet<LimitStep>,
    /// Which limits of what it keeps, such as members, it was near or at when it was looked at.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    at_limits: BTreeMap<Resource, LimitLevel>,
    /// Raised by every change of this row, from 1.
    pub(crate) version: u64,
}

impl Record for Enlisted {
    const ROWS: &'static [&'static str] = &["ENLISTED#{tenant} / TENANT"];
    const FREE: &'static [&'static str] = &["atLimits"];
}

/// What was seen of a tenant when an event told of it.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// The tenant as it is now; `None` once it was erased.
    pub tenant: Option<&'a Tenant>,
    /// The plan that it has in the platform's books now.
    pub plan: Option<String>,
    /// What the event told of, if months count it.
    pub step: Option<MilestoneStep>,
    /// The mark of a limit that the event told of.
    pub mark: Option<LimitStep>,
    /// Which limits of what it keeps it is near or at now.
    pub at_limits: BTreeMap<Resource, LimitLevel>,
    /// Now.
    pub now: Timestamp,
}

/// What an enlisted changes in the directory and the census.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Places to take.
    pub(crate) taken: BTreeMap<(String, String), DirectoryPlace>,
    /// Places to leave.
    pub(crate) left: BTreeSet<(String, String)>,
    /// How many tenants more, by status and plan.
    pub(crate) counts: BTreeMap<(&'static str, String), i64>,
    /// By the first day of the month.
    pub(crate) months: BTreeMap<Date, CohortFigures>,
    /// By the first day of the month and resource.
    pub(crate) limits: BTreeMap<(Date, Resource), LimitFigures>,
    /// By resource, of what is kept.
    pub(crate) at_limits: BTreeMap<Resource, LimitFigures>,
}

impl Enlisted {
    /// The enlisted after what was seen; `None` when nothing is new, or when there is nothing to enrol.
    pub fn after(before: Option<&Self>, seen: Seen<'_>) -> Option<Self> {
        let shown = seen.tenant.map(|tenant| Shown {
            status: tenant.status_at(seen.now),
            plan: seen.plan,
            name: search_word(tenant.name.as_str()),
            slug: search_word(tenant.slug.as_str()),
        });
        let mut after = match (before, seen.tenant) {
            (Some(before), _) => before.clone(),
            (None, Some(tenant)) => Self {
                tenant: tenant.id,
                signed_up: tenant.created_at.date_in(&Zone::utc()),
                shown: None,
                steps: BTreeSet::new(),
                marks: BTreeSet::new(),
                at_limits: BTreeMap::new(),
                version: 0,
            },
            (None, None) => return None,
        };
        after.shown = shown;
        after.at_limits = seen.at_limits;
        after.steps.extend(seen.step);
        let known_from = limit_marks::first_known(seen.now);
        if let Some(mark) = seen.mark.filter(|mark| mark.month >= known_from)
            && after.marks.insert(mark)
        {
            after.marks.retain(|mark| mark.month >= known_from);
        }
        if before == Some(&after) {
            return None;
        }
        after.version += 1;
        Some(after)
    }

    /// What is to be changed so that directory and census show this instead of what they showed before.
    pub(crate) fn changes(&self, before: Option<&Self>) -> Changes {
        let all_places = |one: &Self| one.shown.as_ref().map(|shown| places(one.tenant, shown)).unwrap_or_default();
        let (was, is) = (before.map(all_places).unwrap_or_default(), all_places(self));
        let mut changes = Changes {
            left: was.keys().filter(|place| !is.contains_key(*place)).cloned().collect(),
            taken: is.into_iter().filter(|(at, place)| was.get(at) != Some(place)).collect(),
            ..Changes::default()
        };
        for (shown, more) in [(before.and_then(|before| before.shown.as_ref()), -1), (self.shown.as_ref(), 1)] {
            if let Some(shown) = shown {
                let cell = (status_word(shown.status), shown.plan_word().to_owned());
                *changes.counts.entry(cell).or_default() += more;
            }
        }
        changes.counts.retain(|_, more| *more != 0);
        changes.months = self.months();
        for (month, figures) in before.map(Self::months).unwrap_or_default() {
            let month = changes.months.entry(month).or_default();
            *month = month.minus(figures);
        }
        changes.months.retain(|_, figures| *figures != CohortFigures::default());
        let counted_before = before.and_then(Self::counted_marks);
        changes.limits = limit_marks::changes(counted_before, self.counted_marks(), &self.marks);
        for resource in Resource::ALL {
            let was = before.and_then(|before| before.counted_at(resource));
            let more = LimitFigures::of(self.counted_at(resource)).minus(LimitFigures::of(was));
            if more != LimitFigures::default() {
                changes.at_limits.insert(resource, more);
            }
        }
        changes
    }

    /// The plan that it is listed with.
    pub(crate) fn into_plan(self) -> Option<String> {
        self.shown?.plan
    }

    /// A tenant that is over counts as near no limit.
    fn goes_on(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.status != TenantStatus::Cancelled)
    }

    /// The marks that are counted.
    fn counted_marks(&self) -> Option<&BTreeSet<LimitStep>> {
        self.goes_on().then_some(&self.marks)
    }

    /// As what it is counted at a limit of what it keeps.
    fn counted_at(&self, resource: Resource) -> Option<LimitLevel> {
        self.at_limits.get(&resource).copied().filter(|_| self.goes_on())
    }

    fn months(&self) -> BTreeMap<Date, CohortFigures> {
        months(self.signed_up, &self.steps)
    }
}
