//! Whether more of a resource may be had, and which marks of its limit that crosses.
//!
//! A count is raised under a condition that names the band in which the decision is right, so that several at once do not
//! disturb one another far from the limit. What crosses a mark, and each member, is written for one version of the
//! count alone: of two at once one is decided again.

use allowances::{Overage, Quota};
use events::{
    Cause, Meta,
    tenant::limits::{LimitPolicy, LimitUse, TenantLimitReached, TenantLimitWarning},
};
use kernel::{Date, EventId, Resource, TenantId, Timestamp, Zone};
use table::{Condition, TableError, Transaction};

use crate::limits::{CalendarMonth, LimitError, ResourceCount, ResourceState};

/// At how many percent of a limit is told.
const WARNED_AT: u8 = 80;

/// A mark of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// 80 percent.
    Warning,
    /// All of it.
    Reached,
}

/// In which state of the count a decision is right.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Guard {
    /// From so many units on, and below so many.
    Band { from: u64, below: Option<u64> },
    /// In this version alone.
    Version(u64),
}

/// What there is to tell of a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
enum LimitNews {
    /// 80 percent are used.
    Warning(TenantLimitWarning),
    /// All of it is used.
    Reached(TenantLimitReached),
}

/// What the event of a crossed mark is made of, should there be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitCause {
    /// Its id.
    pub event: EventId,
    /// What the change goes back to.
    pub cause: Cause,
}

/// More of a resource, as its limit allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taking {
    pub(crate) resource: Resource,
    pub(crate) amount: u64,
    pub(crate) at: Timestamp,
    pub(crate) crossed: Vec<Mark>,
    tenant: TenantId,
    tenant_version: u64,
    guard: Guard,
    news: Option<LimitNews>,
    peak: Option<(u64, Date)>,
}

impl ResourceState {
    /// So much more of it.
    ///
    /// # Errors
    /// That the plan blocks it.
    pub fn take(&self, amount: u64) -> Result<Taking, LimitError> {
        let (used, quota) = (self.count.units(), self.quota);
        let after = used.saturating_add(amount);
        let mut taking = self.unguarded(amount);
        taking.peak = self.peak_with(amount);
        // Members are few, and their plan may become a smaller one at any time: each is decided on what is there.
        let is_alone = self.resource == Resource::Users;
        if is_alone {
            taking.guard = Guard::Version(self.count.version);
        }
        let Some(limit) = quota.limit() else { return Ok(taking) };
        let (mut from, mut below) = (0, u64::MAX);
        if quota.overage() == Overage::Block {
            let most = limit.checked_sub(amount).filter(|most| used <= *most).ok_or_else(|| self.refusal(limit))?;
            below = most.saturating_add(1);
        }
        let month = CalendarMonth::of(self.at);
        for mark in [Mark::Warning, Mark::Reached] {
            let units = mark.units(limit);
            if self.count.was_told(mark, &month) || units == 0 {
                continue;
            }
            if used >= units {
                // Were it less by then, this would cross the mark.
                from = units.max(from);
            } else if after >= units {
                taking.crossed.push(mark);
            } else {
                below = below.min(units.saturating_sub(amount));
            }
        }
        taking.guard = if taking.crossed.is_empty() && !is_alone {
            Guard::Band { from, below: (below < u64::MAX).then_some(below) }
        } else {
            Guard::Version(self.count.version)
        };
        taking.news = taking.crossed.last().map(|mark| self.news(*mark, after, limit));
        Ok(taking)
    }

    /// Whether one more member may be invited beside `invited` others who may still come.
    ///
    /// # Errors
    /// `Members` where all are there, `Invited` where all would be once those had come.
    pub fn invite(&self, invited: u64) -> Result<(), LimitError> {
        match (self.take(1), self.take(invited.saturating_add(1))) {
            (Err(full), _) => Err(full),
            (Ok(_), Err(LimitError::Members { limit, used })) => Err(LimitError::Invited { limit, used, invited }),
            (Ok(_), Err(error)) => Err(error),
            (Ok(_), Ok(_)) => Ok(()),
        }
    }

    /// As [`ResourceState::take`], of what is never refused, whatever the plan says: what the law or money needs.
    pub fn take_anyway(&self, amount: u64) -> Taking {
        let quota = match self.quota {
            Quota::AtMost(limit) => Quota::Including(limit),
            other @ (Quota::Unlimited | Quota::Including(_)) => other,
        };
        let lenient = Self { quota, ..self.clone() };
        // A quota that only includes refuses nothing.
        lenient.take(amount).unwrap_or_else(|_| self.unguarded(amount))
    }

    /// The most members of the day with those who join now: a bill is made of it, so that nobody leaves for the night alone.
    fn peak_with(&self, joining: u64) -> Option<(u64, Date)> {
        let today = self.at.date_in(&Zone::utc());
        let after = self.count.units().saturating_add(joining);
        let is_of_members = self.resource == Resource::Users && joining > 0;
        is_of_members.then(|| (self.count.peak_of(today).unwrap_or_default().max(after), today))
    }

    /// So much more, whatever the count is.
    const fn unguarded(&self, amount: u64) -> Taking {
        Taking {
            resource: self.resource,
            amount,
            at: self.at,
            crossed: Vec::new(),
            tenant: self.tenant,
            tenant_version: self.tenant_version,
            guard: Guard::Band { from: 0, below: None },
            news: None,
            peak: None,
        }
    }

    /// The marks that a count passed without being told of, for what is counted first and judged afterwards; `None` when all
    /// was told. It takes nothing.
    pub fn untold(&self) -> Option<Taking> {
        let limit = self.quota.limit()?;
        let month = CalendarMonth::of(self.at);
        let passed = |mark: Mark| {
            let units = mark.units(limit);
            units > 0 && self.count.units() >= units && !self.count.was_told(mark, &month)
        };
        let crossed: Vec<Mark> = [Mark::Warning, Mark::Reached].into_iter().filter(|mark| passed(*mark)).collect();
        let news = crossed.last().map(|mark| self.news(*mark, self.count.units(), limit))?;
        let guard = Guard::Version(self.count.version);
        Some(Taking { crossed, guard, news: Some(news), ..self.unguarded(0) })
    }

    /// That all is used of what the plan blocks, with when it starts again; `None` where more may be had.
    pub fn used_up(&self) -> Option<LimitError> {
        self.take(1).err()
    }

    /// What happens past the limit; `None` where there is none.
    pub const fn policy(&self) -> Option<LimitPolicy> {
        match self.quota {
            Quota::Unlimited => None,
            Quota::AtMost(_) => Some(LimitPolicy::Blocked),
            Quota::Including(_) => Some(LimitPolicy::Billed),
        }
    }

    /// When it starts again from zero; `None` for what is given back instead.
    pub fn resets_at(&self) -> Option<Timestamp> {
        self.resource.is_monthly().then(|| CalendarMonth::end_after(self.at))
    }

    fn refusal(&self, limit: u64) -> LimitError {
        let (resource, used) = (self.resource, self.count.units());
        match resource {
            Resource::Users => LimitError::Members { limit, used },
            Resource::StorageBytes => LimitError::Storage { limit, used },
            Resource::ApiCalls | Resource::AiInteractions => {
                LimitError::UsedUp { resource, limit, resets_at: CalendarMonth::end_after(self.at) }
            }
        }
    }

    fn news(&self, mark: Mark, used: u64, limit: u64) -> LimitNews {
        let told = LimitUse {
            tenant_id: self.tenant,
            resource: self.resource,
            used,
            limit,
            policy: self.policy().unwrap_or(LimitPolicy::Billed),
            resets_at: self.resets_at(),
        };
        match mark {
            Mark::Warning => LimitNews::Warning(TenantLimitWarning(told)),
            Mark::Reached => LimitNews::Reached(TenantLimitReached(told)),
        }
    }
}

impl Taking {
    /// Whether it crosses a mark, which is told in its transaction.
    pub const fn is_news(&self) -> bool {
        self.news.is_some()
    }

    /// Adds the event of the mark that it crosses, if it crosses one.
    pub(crate) fn tell(
        &self,
        transaction: &mut Transaction,
        LimitCause { event, cause }: LimitCause,
    ) -> Result<(), TableError> {
        let meta = Meta {
            id: event,
            tenant_id: self.tenant,
            occurred_at: self.at,
            request_id: cause.request_id,
            given_request_id: cause.given_request_id,
            subject_version: self.tenant_version,
        };
        match &self.news {
            None => Ok(()),
            Some(LimitNews::Warning(told)) => events::insert(transaction, &meta, told).map(drop),
            Some(LimitNews::Reached(told)) => events::insert(transaction, &meta, told).map(drop),
        }
    }

    /// The most members of which day there are then.
    pub(crate) const fn peak(&self) -> Option<(u64, Date)> {
        self.peak
    }

    /// What must be true of the count for this to be right.
    pub(crate) fn conditions(&self) -> Vec<Condition> {
        let units = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
        match self.guard {
            Guard::Version(0) => vec![Condition::NotExists],
            Guard::Version(version) => vec![Condition::VersionIs(version)],
            Guard::Band { from: 0, below: None } => Vec::new(),
            Guard::Band { from: 0, below: Some(below) } => {
                vec![Condition::AnyOf(vec![Condition::Missing("used"), Condition::Below("used", units(below))])]
            }
            Guard::Band { from, below } => {
                let below = below.map(|below| Condition::Below("used", units(below)));
                [Condition::AtLeast("used", units(from))].into_iter().chain(below).collect()
            }
        }
    }
}

impl Mark {
    /// From how many units on it is reached: the first whole number that is at least so many percent of the limit.
    pub(crate) fn units(self, limit: u64) -> u64 {
        match self {
            Self::Reached => limit,
            Self::Warning => {
                let exact = (u128::from(limit) * u128::from(WARNED_AT)).div_ceil(100);
                u64::try_from(exact).unwrap_or(limit)
            }
        }
    }

    /// Where a count keeps the month in which this was told.
    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::Warning => "warnedIn",
            Self::Reached => "reachedIn",
        }
    }
}

impl ResourceCount {
    fn was_told(&self, mark: Mark, month: &CalendarMonth) -> bool {
        let told = match mark {
            Mark::Warning => &self.warned_in,
            Mark::Reached => &self.reached_in,
        };
        told.as_ref() == Some(month)
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    fn at() -> Timestamp {
        "2026-11-21T01:00:00Z".parse().unwrap()
    }

    fn state(resource: Resource, quota: Quota, used: i64) -> ResourceState {
        let count = ResourceCount { used, version: 3, ..ResourceCount::default() };
        ResourceState { tenant: TenantId::new(Ulid(7)), tenant_version: 1, resource, quota, count, at: at() }
    }

    fn crossed(state: &ResourceState, amount: u64) -> Vec<Mark> {
        state.take(amount).unwrap().crossed
    }

    #[test]
    fn the_last_seat_is_given_once_and_the_next_is_refused() {
        let seat = |used| state(Resource::Users, Quota::AtMost(10), used).take(1);
        assert!(seat(9).is_ok());
        assert_eq!(seat(10), Err(LimitError::Members { limit: 10, used: 10 }));
        assert_eq!(seat(25), Err(LimitError::Members { limit: 10, used: 25 }), "after a downgrade");
        assert!(state(Resource::Users, Quota::Including(10), 25).take(1).is_ok());
        assert!(state(Resource::Users, Quota::AtMost(10), 25).take_anyway(1).news.is_none());
    }

    #[test]
    fn of_two_members_at_once_one_is_decided_again() {
        for quota in [Quota::AtMost(1_000), Quota::Including(1_000), Quota::Unlimited] {
            assert_eq!(state(Resource::Users, quota, 2).take(1).unwrap().guard, Guard::Version(3));
            assert!(matches!(state(Resource::StorageBytes, quota, 2).take(1).unwrap().guard, Guard::Band { .. }));
        }
    }

    #[test]
    fn the_most_members_of_a_day_are_those_when_somebody_joined() {
        let joined = |peak: Option<(u64, &str)>, used: i64, amount: u64| {
            let (peak, peak_on) = peak.map(|(peak, on)| (peak, on.parse().unwrap())).unzip();
            let members = state(Resource::Users, Quota::Including(10), used);
            let count = ResourceCount { peak, peak_on, ..members.count };
            ResourceState { count, ..members }.take(amount).unwrap().peak.map(|(peak, on)| (peak, on.to_string()))
        };
        let today = |peak| Some((peak, "2026-11-21".to_owned()));
        assert_eq!(joined(None, 5, 1), today(6));
        assert_eq!(joined(Some((9, "2026-11-21")), 5, 1), today(9), "some have left since");
        assert_eq!(joined(Some((9, "2026-11-20")), 5, 1), today(6), "another day");
        assert_eq!(joined(None, 5, 0), None);
        assert_eq!(state(Resource::StorageBytes, Quota::Unlimited, 5).take(1).unwrap().peak, None);
    }

    #[test]
    fn marks_are_told_where_they_are_crossed_and_once_a_month() {
        let users = |used| state(Resource::Users, Quota::AtMost(10), used);
        assert_eq!([crossed(&users(6), 1), crossed(&users(8), 1)], [vec![], vec![]]);
        assert_eq!(crossed(&users(7), 1), [Mark::Warning]);
        assert_eq!(crossed(&users(9), 1), [Mark::Reached]);
        let both = users(0).take(10).unwrap();
        assert_eq!(both.crossed, [Mark::Warning, Mark::Reached]);
        assert!(matches!(both.news, Some(LimitNews::Reached(_))), "of both at once the further one is told");
        let told = |month: &str| {
            let warned_in = Some(CalendarMonth::of(month.parse().unwrap()));
            let count = ResourceCount { warned_in, ..users(7).count };
            crossed(&ResourceState { count, ..users(7) }, 1)
        };
        assert_eq!(told("2026-11-01T00:00:00Z"), []);
        assert_eq!(told("2026-10-31T00:00:00Z"), [Mark::Warning]);
        assert_eq!(crossed(&state(Resource::Users, Quota::AtMost(0), 0), 0), [], "nothing of nothing is no news");
        assert_eq!(crossed(&state(Resource::Users, Quota::Unlimited, 1_000_000), 1), []);
    }

    #[test]
    fn what_is_decided_holds_for_exactly_the_counts_that_decide_alike() {
        // Every count, against every other that might be there when the write arrives.
        for quota in [Quota::AtMost(10), Quota::Including(10), Quota::Unlimited, Quota::AtMost(3)] {
            for (seen, amount) in (0..14).flat_map(|seen| (1..5).map(move |amount| (seen, amount))) {
                let Ok(decided) = state(Resource::StorageBytes, quota, seen).take(amount) else { continue };
                for there in 0..14 {
                    let fresh = state(Resource::StorageBytes, quota, there).take(amount);
                    let alike = fresh.as_ref().is_ok_and(|fresh| fresh.crossed == decided.crossed);
                    match decided.guard {
                        Guard::Version(version) => assert_eq!(version, 3),
                        Guard::Band { from, below } => {
                            let count = u64::try_from(there).unwrap();
                            let holds = count >= from && below.is_none_or(|below| count < below);
                            assert!(!holds || alike, "{quota:?} {seen} {amount} {there}");
                            assert!(holds || there != seen, "{quota:?} {seen} {amount}: refused where it was decided");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_used_up_says_when_it_starts_again() {
        let used_up = state(Resource::AiInteractions, Quota::AtMost(1_000), 1_000);
        let resets_at = "2026-12-01T00:00:00Z".parse().unwrap();
        assert_eq!(used_up.resets_at(), Some(resets_at));
        let refused = used_up.take(1).unwrap_err();
        assert_eq!(refused, LimitError::UsedUp { resource: Resource::AiInteractions, limit: 1_000, resets_at });
        assert!(refused.to_string().contains("2026-12-01T00:00:00.000Z"), "{refused}");
        assert_eq!(state(Resource::Users, Quota::AtMost(1), 0).resets_at(), None);
    }
}
