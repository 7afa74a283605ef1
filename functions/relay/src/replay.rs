//! Publishes outbox rows of a time range once more, for events that the stream gave up on: an operator's task.
//!
//! `{"replay":{"from":"2026-11-21T01:00:00Z","to":"2026-11-21T03:00:00Z"}}`, for one tenant with `tenantId`, answers
//! `{"published":120,"next":null}`. One call does a bounded amount of work; a `next` that is not null goes into another
//! call as `after`, with the same range. Consumers know an event by its id, so that more than was lost does no harm.
//! Round trips: one query per tenant and hour, one per megabyte of tenants, one call of the bus per ten events.

use cloud::{Ctx, EventError, Published};
use jiff::SignedDuration;
use kernel::{EventId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::{
    OperatorScope, TenantScope,
    outbox::{self, Event},
};
use tenancy::Tenants;

use crate::BATCH;

/// The longest range: rows are kept for 7 days.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
const HOUR_MILLIS: i64 = 3600 * 1000;

/// How many calls of store and bus one invocation makes: a few seconds, of the thirty that it has.
const CALLS: u32 = 500;

/// What is to be published again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Replay {
    /// Events that happened from here on,
    from: Timestamp,
    /// and before here.
    to: Timestamp,
    /// Of this tenant only; of all when left out.
    tenant_id: Option<TenantId>,
    /// Behind this place, which a call before this one answered.
    after: Option<Place>,
}

/// How far a replay has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Place {
    /// In this tenant,
    tenant_id: TenantId,
    /// in this hour,
    hour: Timestamp,
    /// behind this event, if there is one.
    event_id: Option<EventId>,
}

/// What one call did.
#[derive(Debug, PartialEq, Eq)]
enum Progress {
    Done,
    Stopped(Place),
}

/// One call's work.
struct Run<'a> {
    ctx: &'a Ctx,
    from: Timestamp,
    to: Timestamp,
    calls: u32,
    published: usize,
}

/// Publishes what the range holds, or the next part of it.
pub(crate) async fn replay(ctx: Ctx, replay: Replay) -> Result<Value, EventError> {
    let Replay { from, to, tenant_id, after } = replay;
    if to <= from || to.since(from) > LONGEST {
        return Err("a replay needs a range of at most 7 days, from before to".into());
    }
    let mut run = Run { ctx: &ctx, from, to, calls: 0, published: 0 };
    let progress = match tenant_id {
        Some(tenant) => run.tenant(tenant, after).await?,
        None => run.all_tenants(after).await?,
    };
    let next = match progress {
        Progress::Done => None,
        Progress::Stopped(place) => Some(place),
    };
    tracing::warn!(published = run.published, done = next.is_none(), "events were published again");
    Ok(json!({ "published": run.published, "next": next }))
}

impl Run<'_> {
    async fn all_tenants(&mut self, mut resumed: Option<Place>) -> Result<Progress, EventError> {
        let tenants = Tenants::new(self.ctx.table());
        let operator = OperatorScope::assume("what the relay gave up on is of any tenant");
        let (first, mut page) = (resumed.map(|place| place.tenant_id), None);
        loop {
            self.calls += 1;
            let found = tenants.ids_from(operator, first, page).await?;
            for id in found.items {
                if let Progress::Stopped(place) = self.tenant(id, resumed.take()).await? {
                    return Ok(Progress::Stopped(place));
                }
            }
            if found.last.is_none() {
                return Ok(Progress::Done);
            }
            page = found.last;
        }
    }

    /// From where a call before this one stopped, if that was in this tenant.
    async fn tenant(&mut self, tenant: TenantId, resumed: Option<Place>) -> Result<Progress, EventError> {
        let resumed = resumed.filter(|place| place.tenant_id == tenant && place.hour >= self.from);
        let mut place = resumed.unwrap_or(Place { tenant_id: tenant, hour: self.from, event_id: None });
        while place.hour < self.to {
            if self.calls >= CALLS {
                return Ok(Progress::Stopped(place));
            }
            self.calls += 1;
            let scope = TenantScope::new(tenant);
            let events = outbox::of_hour(self.ctx.table(), scope, place.hour, place.event_id).await?;
            let wanted = |event: &Event| self.from <= event.occurred_at && event.occurred_at < self.to;
            let events: Vec<Event> = events.into_iter().filter(wanted).collect();
            if let Progress::Stopped(stopped) = self.publish(place, &events).await? {
                return Ok(Progress::Stopped(stopped));
            }
            place = Place { hour: next_hour(place.hour), event_id: None, ..place };
        }
        Ok(Progress::Done)
    }

    async fn publish(&mut self, mut place: Place, events: &[Event]) -> Result<Progress, EventError> {
        for events in events.chunks(BATCH) {
            if self.calls >= CALLS {
                return Ok(Progress::Stopped(place));
            }
            self.calls += 1;
            let taken = match self.ctx.ports().bus.publish(events).await {
                Ok(answers) => answers.iter().take_while(|answer| **answer == Published::Yes).count(),
                Err(error) if self.published == 0 => return Err(error.into()),
                Err(_) => 0,
            };
            self.published += taken;
            if let Some(last) = events.iter().take(taken).next_back() {
                place.event_id = Some(last.id);
            }
            if taken < events.len() {
                return Ok(Progress::Stopped(place));
            }
        }
        Ok(Progress::Done)
    }
}

/// The first instant of the hour behind that of `instant`.
fn next_hour(instant: Timestamp) -> Timestamp {
    let into_hour = instant.as_millis().rem_euclid(HOUR_MILLIS);
    instant.plus(SignedDuration::from_millis(HOUR_MILLIS - into_hour))
}

#[cfg(test)]
mod tests {
    use cloud::Function;
    use events::{Meta, user::UserErased};
    use kernel::{RequestId, UserId};
    use testkit::Stack;

    use super::*;

    /// An event in the outbox of a tenant, and its id.
    async fn happened(stack: &Stack, tenant: TenantId, at: &str) -> EventId {
        let meta = Meta {
            id: EventId::new(stack.ctx().new_ulid()),
            tenant_id: tenant,
            occurred_at: at.parse().unwrap(),
            request_id: RequestId::new(stack.ctx().new_ulid()),
            given_request_id: None,
            subject_version: 2,
        };
        let told = UserErased { user_id: UserId::new(stack.ctx().new_ulid()) };
        table::write_alone(stack.ctx().table(), |tx| events::insert(tx, &meta, &told)).await.unwrap();
        meta.id
    }

    async fn wake(stack: &Stack, replay: Value) -> Result<Value, EventError> {
        let Function::Event(handle) = crate::function(stack.ctx().clone()) else { unreachable!("woken by a stream") };
        handle(json!({ "replay": replay })).await
    }

    fn published(stack: &Stack) -> Vec<EventId> {
        stack.events.all().into_iter().map(|event| event.id).collect()
    }

    #[tokio::test]
    async fn what_a_range_holds_is_published_again_whosever_it_is() {
        let stack = Stack::start().await;
        let (a, b) = (stack.tenant("toko-a").await.0.id, stack.tenant("toko-b").await.0.id);
        happened(&stack, a, "2026-11-21T09:59:59.999Z").await;
        let expected = [
            happened(&stack, a, "2026-11-21T10:00:00Z").await,
            happened(&stack, a, "2026-11-21T10:59:59.999Z").await,
            happened(&stack, a, "2026-11-21T11:29:59.999Z").await,
            happened(&stack, b, "2026-11-21T11:00:00Z").await,
        ];
        happened(&stack, b, "2026-11-21T11:30:00Z").await;
        let range = json!({ "from": "2026-11-21T10:00:00Z", "to": "2026-11-21T11:30:00Z" });
        assert_eq!(wake(&stack, range.clone()).await.unwrap(), json!({ "published": 4, "next": null }));
        assert_eq!(published(&stack), expected);
        let mut of_b = range;
        of_b["tenantId"] = json!(b);
        assert_eq!(wake(&stack, of_b).await.unwrap(), json!({ "published": 1, "next": null }));
    }

    #[tokio::test]
    async fn a_long_replay_goes_on_where_it_stopped() {
        let stack = Stack::start().await;
        let tenants = [stack.tenant("toko-a").await.0.id, stack.tenant("toko-b").await.0.id];
        let mut expected = Vec::new();
        for tenant in tenants {
            for number in 0..25 {
                expected.push(happened(&stack, tenant, &format!("2026-11-21T1{}:00:00Z", number / 20)).await);
            }
        }
        let (from, to) = ("2026-11-21T10:00:00Z".parse().unwrap(), "2026-11-28T10:00:00Z".parse().unwrap());
        let (mut after, mut stops) = (None, 0);
        loop {
            // Hardly any work per call: each place to stop at is met.
            let mut run = Run { ctx: stack.ctx(), from, to, calls: CALLS - 3, published: 0 };
            match run.all_tenants(after).await.unwrap() {
                Progress::Done => break,
                Progress::Stopped(place) => after = Some(place),
            }
            stops += 1;
        }
        assert!(stops > 10, "{stops}");
        assert_eq!(published(&stack), expected);
    }

    #[tokio::test]
    async fn a_bus_that_takes_nothing_loses_nothing() {
        let stack = Stack::start().await;
        let tenant = stack.tenant("toko-a").await.0.id;
        happened(&stack, tenant, "2026-11-21T10:00:00Z").await;
        stack.events.close();
        let range = json!({ "from": "2026-11-21T10:00:00Z", "to": "2026-11-21T11:00:00Z" });
        let answer = wake(&stack, range).await.unwrap();
        let next = json!({ "tenantId": tenant, "hour": "2026-11-21T10:00:00.000Z", "eventId": null });
        assert_eq!(answer, json!({ "published": 0, "next": next }));
    }

    #[tokio::test]
    async fn ranges_that_make_no_sense_are_refused() {
        let stack = Stack::start().await;
        for bad in [
            json!({}),
            json!({ "from": "2026-11-21T10:00:00Z", "to": "2026-11-21T10:00:00Z" }),
            json!({ "from": "2026-11-21T10:00:00Z", "to": "2026-11-28T10:00:00.001Z" }),
            json!({ "from": "2026-11-21T10:00:00Z", "to": "2026-11-21T11:00:00Z", "tenant": "x" }),
        ] {
            assert!(wake(&stack, bad.clone()).await.is_err(), "{bad}");
        }
    }
}
