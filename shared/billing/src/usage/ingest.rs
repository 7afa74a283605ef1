//! Takes in a batch of usage events: reads what decides about them, counts them, and follows periods that close
//! meanwhile.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::ControlFlow,
};

use kernel::{Party, SubscriptionId, Timestamp};
use table::{Table, TableError, TenantScope, until_settled_from};

use crate::{
    Feature, Placed, PlanCache, PlanSet, Plans, Rejection, Subscription, Subscriptions, UsageEvent, UsageEventId,
    UsageRows, UsageTeller, first_of_each, place,
};

/// On whose subscriptions a caller may report usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reporter {
    /// On all of the tenant's.
    Tenant,
    /// On those of the parties that they act for.
    Only(Vec<Party>),
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// How many events were counted now.
    pub accepted: usize,
    /// How many had been counted before, or came twice in the batch.
    pub duplicates: usize,
    /// Which were not counted, and why.
    pub rejected: Vec<Rejected>,
}

/// An event that was not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its id.
    pub event: UsageEventId,
    /// Why.
    pub why: Rejection,
    /// What the plan counts, where it does not count this.
    pub meters: Vec<Feature>,
}

impl Rejected {
    /// One of which the reason says all.
    pub const fn new(event: UsageEventId, why: Rejection) -> Self {
        Self { event, why, meters: Vec::new() }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.why)?;
        match (self.why, self.meters.as_slice()) {
            (Rejection::UnknownFeature, []) => f.write_str("; it has no meters"),
            (_, []) => Ok(()),
            (_, meters) => {
                let meters: Vec<String> = meters.iter().map(ToString::to_string).collect();
                write!(f, "; its meters are {}", meters.join(", "))
            }
        }
    }
}

/// Who reports usage, and where it is counted.
#[derive(Clone, Copy)]
pub struct Ingest<'a> {
    /// The table.
    pub table: &'a dyn Table,
    /// Whose subscriptions.
    pub scope: TenantScope,
    /// The plan versions that are known.
    pub plans: &'a PlanCache,
    /// Who reports.
    pub reporter: &'a Reporter,
    /// How it is published.
    pub teller: UsageTeller<'a>,
}

impl Ingest<'_> {
    /// Counts a batch of at most [`crate::MAX_EVENTS`] events, each exactly once whatever is repeated or runs beside it.
    /// Two reads (three when a plan is new to the process) and one transaction per about 96 events; where the largest or
    /// latest quantity or different values are counted one read more, and a transaction again for each race that is lost.
    ///
    /// # Errors
    /// Those of the table; sending the batch again is then safe.
    pub async fn count(self, events: Vec<UsageEvent>, now: Timestamp) -> Result<Ingested, TableError> {
        let Self { table, scope, plans, reporter, teller } = self;
        let (waiting, repeated) = first_of_each(events);
        let done = Ingested { duplicates: repeated.len(), ..Ingested::default() };
        if waiting.is_empty() {
            return Ok(done);
        }
        // Each time that a period closes meanwhile the subscription is a period further, so that more than one race is lost only
        // while a very old backlog is being billed.
        let outrun = TableError::Unavailable("the periods of the events kept being closed".to_owned());
        until_settled_from(
            || outrun,
            (waiting, done),
            |(waiting, mut done)| async move {
                let known = Known::read(table, scope, plans, &waiting).await?;
                let placed = place_all(waiting, &known, reporter, now, &mut done.rejected);
                let recorded = UsageRows::new(table, scope).record(placed, teller).await?;
                done.accepted += recorded.accepted.len();
                done.duplicates += recorded.duplicates.len();
                if recorded.moved.is_empty() {
                    return Ok(ControlFlow::Break(done));
                }
                let moved = recorded.moved.into_iter().map(|placed| placed.event).collect();
                Ok(ControlFlow::Continue((moved, done)))
            },
        )
        .await
    }
}

/// The subscriptions that events name, with their plans.
struct Known {
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    plans: PlanSet,
}

impl Known {
    /// What the plan counts that held for a subscription at a time.
    fn meters(&self, subscription: Option<&Subscription>, at: Timestamp) -> Vec<Feature> {
        let segment = subscription.map(|one| one.segment_on(at.date_in(&one.zone)));
        let plan = segment.and_then(|segment| self.plans.get(&segment.plan).ok());
        plan.map(|plan| plan.meters.clone()).unwrap_or_default()
    }

    async fn read(
        table: &dyn Table,
        scope: TenantScope,
        plans: &PlanCache,
        events: &[UsageEvent],
    ) -> Result<Self, TableError> {
        let ids: BTreeSet<SubscriptionId> = events.iter().map(|event| event.subscription).collect();
        let ids: Vec<SubscriptionId> = ids.into_iter().collect();
        let found = Subscriptions::new(table, scope).get_many(&ids).await?;
        let plans = PlanSet::of(plans, Plans::new(table, scope), &found).await?;
        Ok(Self { subscriptions: found.into_iter().map(|one| (one.id, one)).collect(), plans })
    }
}

fn place_all(
    events: Vec<UsageEvent>,
    known: &Known,
    reporter: &Reporter,
    now: Timestamp,
    rejected: &mut Vec<Rejected>,
) -> Vec<Placed> {
    let mut placed = Vec::with_capacity(events.len());
    for event in events {
        let (id, at) = (event.id.clone(), event.at);
        let named = known.subscriptions.get(&event.subscription);
        let named = named.filter(|subscription| reporter.may_report_on(subscription));
        match place(event, named.map(|subscription| (subscription, &known.plans)), now) {
            Ok(one) => placed.push(one),
            Err(why @ Rejection::UnknownFeature) => {
                rejected.push(Rejected { meters: known.meters(named, at.unwrap_or(now)), ..Rejected::new(id, why) });
            }
            Err(why) => rejected.push(Rejected::new(id, why)),
        }
    }
    placed
}

impl Reporter {
    fn may_report_on(&self, subscription: &Subscription) -> bool {
        match self {
            Self::Tenant => true,
            Self::Only(parties) => parties.contains(&subscription.party),
        }
    }
}
