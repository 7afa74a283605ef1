//! `POST /api/v1/usage/amendments`: a usage event that was reported by mistake is taken back.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one of the subscription, one of the event, one transaction of event, counter, day, audit entry, what
//! is told and idempotency row; the last two again when it was taken back meanwhile.

use std::sync::Arc;

use axum::{Extension, extract::State};
use billing::{Amendment, AmendmentError, Feature, PlanCache, Quantity, UsageEventId};
use events::{UNVERSIONED, subscription::RecordedUsage};
use identity::Reason;
use kernel::{SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Optional, Problem, Reply, RequestInfo};

use crate::{UsageWrite, subscriptions::get_subscription::within_reach};

/// What was reported by mistake.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateUsageAmendment {
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// Which event.
    pub event_id: UsageEventId,
    /// Why, for the audit trail: 1 to 200 characters on one line.
    #[schema(value_type = Option<String>, format = "line", min_length = 1, max_length = 200, example = "Reported twice")]
    pub reason: Option<Reason>,
}

/// An event that was taken back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageAmendmentView {
    pub subscription_id: SubscriptionId,
    pub event_id: UsageEventId,
    pub feature: Feature,
    pub quantity: Quantity,
    /// When it was taken back. It counts no more, and does not count again when it is sent again.
    pub amended_at: Timestamp,
}

/// Create a usage amendment
///
/// Takes back an event that was reported by mistake, while no invoice has its units. The same answer when it was taken back
/// before: it is taken back once. Report what is right as another event.
#[utoipa::path(
    post, path = "/api/v1/usage/amendments",
    responses(
        (status = 200, body = Envelope<UsageAmendmentView>),
        (status = 404, description = "NOT_FOUND: there is no such subscription or event"),
        (status = 409, description = "USAGE_BILLED, CONFLICT")
    )
)]
pub async fn create_usage_amendment(
    State(api): State<Api>,
    Extension(plans): Extension<Arc<PlanCache>>,
    caller: Caller<UsageWrite>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<CreateUsageAmendment>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let subscription = within_reach(&api, &caller, body.subscription_id)
        .await
        .map_err(|refusal| refusal.named_at("/subscriptionId"))?;
    until_settled(Problem::conflict, || async {
        let now = api.now();
        let id = body.event_id.clone();
        let found = Amendment::of(api.table(), caller.scope, &plans, &subscription, id, now).await?;
        let amendment = found.map_err(|error| Problem::from(error).named_at("/eventId"))?;
        let mut transaction = Transaction::new();
        let slots = if amendment.amended_at().is_none() {
            let entry = caller.entry(&api, &info, crate::USAGE_AMENDED).about(subscription.id);
            let entry = entry.with("event", String::from(body.event_id.clone()));
            let reason = body.reason.clone().map(String::from);
            let entry = reason.into_iter().fold(entry, |entry, reason| entry.with("reason", reason));
            entry.insert(&mut transaction, caller.scope)?;
            let told = RecordedUsage { request_id: info.id, sums: vec![amendment.sum(&caller.tenant.timezone)] };
            api.insert_event(&mut transaction, caller.tenant(), &info, UNVERSIONED, &told)?;
            Some(amendment.add_to(&mut transaction, caller.scope, now))
        } else {
            None
        };
        let reply = Reply::ok(&UsageAmendmentView::new(&amendment, now))?;
        match key.try_commit(&api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            // Somebody else took it back meanwhile.
            Err(cancelled) if slots.is_none_or(|slots| cancelled.failed(slots.event).is_some()) => Ok(Race::Lost),
            Err(_) => Err(AmendmentError::Billed.into()),
        }
    })
    .await
}

impl UsageAmendmentView {
    fn new(amendment: &Amendment, now: Timestamp) -> Self {
        let event = amendment.event();
        Self {
            subscription_id: event.subscription,
            event_id: event.id,
            feature: event.feature,
            quantity: event.quantity,
            amended_at: amendment.amended_at().unwrap_or(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use testkit::Answer;

    use crate::world::World;

    async fn amend(world: &World, token: &str, sub: &str, event: &str) -> Answer {
        let body = json!({ "subscriptionId": sub, "eventId": event, "reason": "Reported twice" });
        world.client.post("/api/v1/usage/amendments", body).bearer(token).send().await
    }

    async fn report(world: &World, sub: &str, id: &str, quantity: u64) -> Answer {
        let event = json!({ "eventId": id, "subscriptionId": sub, "feature": "predictions", "quantity": quantity });
        let body = json!({ "events": [event] });
        world.client.post("/api/v1/usage", body).bearer(&world.owner.token).send().await
    }

    async fn used(world: &World, sub: &str) -> Value {
        let path = format!("/api/v1/usage?subscriptionId={sub}");
        world.client.get(path).bearer(&world.customer.token).send().await.at("/data/rows")
    }

    #[tokio::test]
    async fn a_mistaken_event_is_taken_back_once_and_stays_known() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        report(&world, &sub, "e1", 3).await;
        report(&world, &sub, "e2", 40).await;
        let (first, again) =
            tokio::join!(amend(&world, &world.owner.token, &sub, "e2"), amend(&world, &world.owner.token, &sub, "e2"));
        insta::assert_snapshot!(first.snapshot(), @r#"
        200 OK
        {
          "data": {
            "amendedAt": "2026-11-21T01:00:00.000Z",
            "eventId": "e2",
            "feature": "predictions",
            "quantity": 40,
            "subscriptionId": "sub_01M7XSW1M0000000000000000E"
          },
          "success": true
        }
        "#);
        assert_eq!(again.body, first.body, "twice at once is once");
        assert_eq!(amend(&world, &world.owner.token, &sub, "e2").await.body, first.body, "and later, too");
        assert_eq!(used(&world, &sub).await, json!([{ "feature": "predictions", "quantity": 3 }]));
        let sent_again = report(&world, &sub, "e2", 40).await;
        assert_eq!(sent_again.at("/data/duplicates"), json!(1), "it does not count again");
        amend(&world, &world.owner.token, &sub, "e1").await;
        assert_eq!(used(&world, &sub).await, json!([]), "what was all taken back is nothing");
        let rows = world.stack.rows().await;
        let counter = rows.iter().find(|row| row["SK"].as_str().is_some_and(|sort| sort.starts_with("C#"))).unwrap();
        assert_eq!((&counter["used"], &counter["version"]), (&json!(0), &json!(4)));
        let kept = rows.iter().find(|row| row["SK"] == "E#e2").unwrap();
        assert_eq!(kept["amendedAt"], "2026-11-21T01:00:00.000Z");
    }

    #[tokio::test]
    async fn what_is_not_there_or_not_theirs_is_taken_back_by_nobody() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        report(&world, &sub, "e1", 3).await;
        let missing = amend(&world, &world.owner.token, &sub, "e9").await;
        assert_eq!((missing.status.as_u16(), missing.text("/errors/0/pointer")), (404, "/eventId".to_owned()));
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let foreign = amend(&world, &stranger.token, &sub, "e1").await;
        assert_eq!((foreign.status.as_u16(), foreign.text("/errors/0/pointer")), (404, "/subscriptionId".to_owned()));
        assert_eq!(amend(&world, &world.customer.token, &sub, "e1").await.text("/code"), "FORBIDDEN");
        let nobody = world.client.post("/api/v1/usage/amendments", json!({})).send().await;
        assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
        assert_eq!(used(&world, &sub).await, json!([{ "feature": "predictions", "quantity": 3 }]));
    }
}
