//! `POST /api/v1/usage`: 1 to 100 events, each counted exactly once by its id.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one batch read of the
//! subscriptions (and one read per plan version that this process does not know; three to find the caller's own when an
//! event names none), one transaction per about 96 events.

use std::sync::Arc;

use axum::{Extension, extract::State};
use billing::{
    Feature, Ingest, Ingested, MAX_EVENTS, PlanCache, Quantity, Rejected, Rejection, Reporter, Subscriptions,
    UsageEvent, UsageEventId, UsageTeller, UsageValue,
};
use events::{UNVERSIONED, subscription::RecordedUsage};
use http::StatusCode;
use identity::Reach;
use kernel::{SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Transaction, pages::PageRequest};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Problem, Reply, RequestInfo};

use crate::UsageWrite;

/// What was used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordUsage {
    /// 1 to 100 events.
    #[schema(min_items = 1, max_items = 100)]
    pub events: Vec<EventBody>,
}

/// Something that was used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "eventId": "order-4711", "subscriptionId": "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "feature": "predictions", "quantity": 12
}))]
pub struct EventBody {
    /// Your name of it, once per subscription: 1 to 100 of letters, digits and `_ . : -`.
    pub event_id: UsageEventId,
    /// By which subscription. Left out it is that of the caller, for a key of who made it, when they have exactly one that
    /// is not over.
    pub subscription_id: Option<SubscriptionId>,
    /// What: one of the plan's meters.
    pub feature: Feature,
    /// How many units: 1 to 1,000,000,000. Every meter but one of different values takes it.
    pub quantity: Option<Quantity>,
    /// What is counted, of a meter of different values (`unique`), instead of `quantity`.
    pub value: Option<UsageValue>,
    /// When; the present when left out. At most 5 minutes ahead, and not later than 35 days after its period's invoice.
    pub at: Option<Timestamp>,
}

/// What became of the events.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageRecorded {
    /// How many were counted now.
    #[schema(example = 2)]
    pub accepted: usize,
    /// How many had been counted before.
    #[schema(example = 1)]
    pub duplicates: usize,
    /// Which were not counted, and why.
    pub rejected: Vec<RejectedEvent>,
}

/// An event that was not counted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectedEvent {
    /// Its id.
    pub event_id: UsageEventId,
    pub code: Rejection,
    /// Why, in words; for `UNKNOWN_FEATURE` with the meters that the plan has.
    #[schema(example = "the plan has no meter of this name; its meters are api_calls, predictions")]
    pub detail: String,
}

/// Report usage events
///
/// For your servers, with an API key whose scopes hold `usage:write`, and for members; customers do not report their own
/// use. Sending events again is safe: each is counted once by its id. When some events are counted, now or before, the
/// answer says which of the others are not; when none is, it is 422 with the reason of each in `errors`.
#[utoipa::path(
    post, path = "/api/v1/usage",
    responses(
        (status = 202, body = Envelope<UsageRecorded>),
        (status = 422, description = "USAGE_REJECTED: no event was counted; in errors UNKNOWN_FEATURE, UNKNOWN_SUBSCRIPTION and others")
    )
)]
pub async fn record_usage(
    State(api): State<Api>,
    Extension(plans): Extension<Arc<PlanCache>>,
    caller: Caller<UsageWrite>,
    info: RequestInfo,
    Json(body): Json<RecordUsage>,
) -> Result<Reply, Problem> {
    if !(1..=MAX_EVENTS).contains(&body.events.len()) {
        return Err(Problem::invalid("/events", "INVALID_LENGTH", "send 1 to 100 events"));
    }
    let reporter = match caller.reach {
        Reach::Own => Reporter::Only(caller.parties_now(&api).await?),
        Reach::Tenant => Reporter::Tenant,
    };
    let own = if body.events.iter().all(|event| event.subscription_id.is_some()) {
        None
    } else {
        only_subscription_of(&api, &caller).await?
    };
    check_measures(&body.events)?;
    let ids: Vec<UsageEventId> = body.events.iter().map(|event| event.event_id.clone()).collect();
    let (mut events, mut rejected) = (Vec::with_capacity(body.events.len()), Vec::new());
    for event in body.events {
        match event.subscription_id.or(own) {
            Some(subscription) => events.push(event.of(subscription)),
            None => rejected.push(Rejected::new(event.event_id, Rejection::UnknownSubscription)),
        }
    }
    let done = count(&api, &caller, &info, (&plans, &reporter), events).await?;
    rejected.extend(done.rejected);
    if done.accepted + done.duplicates == 0 {
        return Err(none_counted(&ids, &rejected));
    }
    let rejected = rejected.into_iter().map(RejectedEvent::from).collect();
    Reply::accepted(&UsageRecorded { accepted: done.accepted, duplicates: done.duplicates, rejected })
}

/// Counts up to 100 events, and tells what they add up to in the same transactions.
///
/// # Errors
/// Those of the table; sending the events again is then safe.
pub(crate) async fn count(
    api: &Api,
    caller: &Caller<UsageWrite>,
    info: &RequestInfo,
    (plans, reporter): (&PlanCache, &Reporter),
    events: Vec<UsageEvent>,
) -> Result<Ingested, Problem> {
    let tell = |transaction: &mut Transaction, sums| {
        let told = RecordedUsage { request_id: info.id, sums };
        api.insert_event(transaction, caller.tenant(), info, UNVERSIONED, &told).map(drop)
    };
    let teller = UsageTeller { zone: &caller.tenant.timezone, tell: &tell };
    let ingest = Ingest { table: api.table(), scope: caller.scope, plans, reporter, teller };
    Ok(ingest.count(events, api.now()).await?)
}

/// A caller that looks at the status alone must not take for counted what is not.
fn none_counted(ids: &[UsageEventId], rejected: &[Rejected]) -> Problem {
    let what = "no event was counted; see errors";
    let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "USAGE_REJECTED", what);
    for one in rejected {
        let index = ids.iter().position(|id| *id == one.event).unwrap_or_default();
        let place = format!("/events/{index}/{}", one.why.field());
        problem = problem.with_error(&place, one.why.code(), one.to_string());
    }
    problem
}

impl From<Rejected> for RejectedEvent {
    fn from(one: Rejected) -> Self {
        Self { detail: one.to_string(), code: one.why, event_id: one.event }
    }
}

/// The caller's subscription, when there is no doubt which one is meant.
async fn only_subscription_of(api: &Api, caller: &Caller<UsageWrite>) -> Result<Option<SubscriptionId>, Problem> {
    let subscriptions = Subscriptions::new(api.table(), caller.scope);
    let parties = caller.parties_now(api).await?;
    let [party] = parties.as_slice() else { return Ok(None) };
    let page = subscriptions.list_of(*party, &PageRequest::default()).await?;
    let mut alive = page.items.into_iter().filter(|one| one.status.is_in_force());
    let (first, second) = (alive.next(), alive.next());
    Ok(first.filter(|_| second.is_none() && page.last.is_none()).map(|only| only.id))
}

/// Each event says how much, or which value.
fn check_measures(events: &[EventBody]) -> Result<(), Problem> {
    let mut problem = None;
    for (index, event) in events.iter().enumerate() {
        let (code, detail) = match (&event.quantity, &event.value) {
            (Some(_), None) | (None, Some(_)) => continue,
            (None, None) => ("REQUIRED", "give quantity, or value for a meter of different values"),
            (Some(_), Some(_)) => ("INVALID_VALUE", "give either quantity or value"),
        };
        let before = problem.unwrap_or_else(Problem::unacceptable);
        problem = Some(before.with_error(&format!("/events/{index}/quantity"), code, detail));
    }
    problem.map_or(Ok(()), Err)
}

impl EventBody {
    fn of(self, subscription: SubscriptionId) -> UsageEvent {
        let quantity = self.quantity.unwrap_or(Quantity::ONE);
        let Self { event_id: id, feature, value, at, .. } = self;
        UsageEvent { id, subscription, feature, quantity, value, at }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use testkit::{Answer, Member};

    use crate::world::World;

    async fn report(world: &World, member: &Member, events: Vec<Value>) -> Answer {
        world.client.post("/api/v1/usage", json!({ "events": events })).bearer(&member.token).send().await
    }

    fn event(subscription: &str, id: &str) -> Value {
        json!({ "eventId": id, "subscriptionId": subscription, "feature": "predictions", "quantity": 2 })
    }

    #[tokio::test]
    async fn events_count_once_and_each_refusal_has_its_reason() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        let mut future = event(&sub, "e3");
        future["at"] = json!("2026-11-21T01:05:00.001Z");
        let mut unknown = event(&sub, "e4");
        unknown["feature"] = json!("trades");
        let batch = vec![event(&sub, "e1"), event(&sub, "e2"), event(&sub, "e1"), future, unknown];
        let first = report(&world, &world.owner, batch.clone()).await;
        insta::assert_snapshot!(first.snapshot(), @r#"
        202 Accepted
        {
          "data": {
            "accepted": 2,
            "duplicates": 1,
            "rejected": [
              {
                "code": "IN_FUTURE",
                "detail": "this is more than five minutes in the future; check your clock",
                "eventId": "e3"
              },
              {
                "code": "UNKNOWN_FEATURE",
                "detail": "the plan has no meter of this name; its meters are api_calls, predictions",
                "eventId": "e4"
              }
            ]
          },
          "success": true
        }
        "#);
        let again = report(&world, &world.owner, batch.clone()).await;
        assert_eq!(again.status, 202, "sent again, the batch is as good as before");
        assert_eq!((again.at("/data/accepted"), again.at("/data/duplicates")), (json!(0), json!(3)));
    }

    #[tokio::test]
    async fn a_batch_of_which_nothing_is_counted_is_refused_with_the_reason_of_each() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        let mut unknown = event(&sub, "e1");
        unknown["feature"] = json!("cups");
        let mut old = event(&sub, "e2");
        old["at"] = json!("2026-11-01T00:00:00Z");
        let refused = report(&world, &world.owner, vec![unknown, old.clone()]).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, "USAGE_REJECTED"));
        insta::assert_snapshot!(format!("{:#}", refused.at("/errors")), @r#"
        [
          {
            "code": "UNKNOWN_FEATURE",
            "detail": "the plan has no meter of this name; its meters are api_calls, predictions",
            "pointer": "/events/0/feature"
          },
          {
            "code": "BEFORE_SUBSCRIPTION",
            "detail": "this is before the first day of the subscription",
            "pointer": "/events/1/at"
          }
        ]
        "#);
        // One that counts: then the others are told in the answer.
        let some = report(&world, &world.owner, vec![old, event(&sub, "e3")]).await;
        assert_eq!((some.status.as_u16(), some.at("/data/accepted")), (202, json!(1)));
        assert_eq!(some.text("/data/rejected/0/eventId"), "e2");
    }

    #[tokio::test]
    async fn usage_is_reported_by_the_tenants_servers_and_not_by_its_customers() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        let refused = report(&world, &world.customer, vec![event(&sub, "e1")]).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "FORBIDDEN"));
        let server = async |scopes: &[&str]| Member {
            token: world.stack.api_key(&world.owner, scopes).await,
            ..world.owner.clone()
        };
        let reader = report(&world, &server(&["usage:read"]).await, vec![event(&sub, "e1")]).await;
        assert_eq!(reader.text("/code"), "FORBIDDEN");
        let counted = report(&world, &server(&["usage:write"]).await, vec![event(&sub, "e1")]).await;
        assert_eq!(counted.at("/data/accepted"), json!(1), "{}", counted.snapshot());
        let again = report(&world, &server(&["usage:*"]).await, vec![event(&sub, "e1")]).await;
        assert_eq!(again.at("/data/duplicates"), json!(1), "by whichever key");
    }

    #[tokio::test]
    async fn nobody_reports_on_a_strangers_subscription() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let server = Member { token: world.stack.api_key(&stranger, &["*"]).await, ..stranger.clone() };
        for member in [&stranger, &server] {
            let answer = report(&world, member, vec![event(&sub, "e1")]).await;
            assert_eq!(answer.text("/errors/0/code"), "UNKNOWN_SUBSCRIPTION");
        }
        // The stranger's attempt has used up nothing: the id is still free.
        assert_eq!(report(&world, &world.owner, vec![event(&sub, "e1")]).await.at("/data/accepted"), json!(1));
    }

    #[tokio::test]
    async fn an_event_without_a_subscription_is_of_the_callers_only_one() {
        let world = World::open().await;
        let mut event = event("", "e1");
        event.as_object_mut().unwrap().remove("subscriptionId");
        let outcome = async || report(&world, &world.owner, vec![event.clone()]).await.at("/data");
        let rejected = async || report(&world, &world.owner, vec![event.clone()]).await.text("/errors/0/code");
        world.subscribed(&world.customer, "k0", "PREMIUM", "IDR").await;
        assert_eq!(rejected().await, "UNKNOWN_SUBSCRIPTION", "a customer's is not theirs");
        let own = world.party(&world.owner).await;
        let own = |plan: &str| json!({ "planKey": plan, "currency": "IDR", "customerId": own });
        assert_eq!(world.subscribe(&world.owner, "k1", own("PREMIUM")).await.status, 201);
        assert_eq!(outcome().await["accepted"], 1);
        assert_eq!(world.subscribe(&world.owner, "k2", own("BASIC")).await.status, 201);
        event["eventId"] = json!("e2");
        let either = report(&world, &world.owner, vec![event]).await;
        assert_eq!(either.text("/errors/0/code"), "UNKNOWN_SUBSCRIPTION", "it could be either");
    }

    #[tokio::test]
    async fn bad_batches_say_where() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        let with = |name: &str, value: Value| {
            let mut event = event(&sub, "e1");
            event[name] = value;
            vec![event]
        };
        for (events, status, pointer) in [
            (Vec::new(), 422, "/events"),
            ((0..101).map(|n| event(&sub, &n.to_string())).collect(), 422, "/events"),
            (with("eventId", json!("a b")), 422, "/events/0/eventId"),
            (with("quantity", Value::Null), 422, "/events/0/quantity"),
            (with("value", json!("user-1")), 422, "/events/0/quantity"),
            (with("value", json!("budi@example.com")), 422, "/events/0/value"),
            (with("quantity", json!(0)), 422, "/events/0/quantity"),
            (with("quantity", json!(1_000_000_001)), 422, "/events/0/quantity"),
            (with("quantity", json!(1.5)), 400, "/events/0/quantity"),
            (with("feature", json!("Not A Feature")), 422, "/events/0/feature"),
            (with("at", json!("yesterday")), 422, "/events/0/at"),
            (with("subscriptionId", json!("usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")), 422, "/events/0/subscriptionId"),
            (with("price", json!(1)), 400, "/events/0/price"),
        ] {
            let answer = report(&world, &world.owner, events).await;
            assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()), (status, pointer));
        }
        let nobody = world.client.post("/api/v1/usage", json!({ "events": [] })).send().await;
        assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    }

    #[tokio::test]
    async fn a_hundred_events_take_two_transactions() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        report(&world, &world.owner, vec![event(&sub, "warm")]).await;
        let before = world.stack.ctx().ports().meter.total();
        let events = (0..100).map(|n| event(&sub, &format!("e{n}"))).collect();
        assert_eq!(report(&world, &world.owner, events).await.at("/data/accepted"), json!(100));
        // The limiter's write, the subscriptions, two transactions.
        assert_eq!(world.stack.ctx().ports().meter.total().since(before).round_trips, 4);
    }
}
