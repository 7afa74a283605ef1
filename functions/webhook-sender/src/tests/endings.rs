//! How a delivery, and what is sent to an endpoint at all, comes to an end.

use kernel::WebhookEndpointId;
use serde_json::json;
use table::{TenantScope, Transaction};
use testkit::{Beginning, Ended, Interleaving, task};
use webhooks::{
    DisabledReason, NewDelivery, PING, WebhookDeliveries, WebhookDelivery, WebhookDeliveryStatus, WebhookEndpoints,
};

use super::{
    receiver::{Receiver, Replies},
    world::{World, wake},
};

#[tokio::test]
async fn who_answers_410_is_disabled_at_once() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    world.receiver.replies([Replies::Status(410)]);
    let delivery = world.happens("invoice.paid", &endpoint).await;
    let delivery = world.attempt(&delivery).await;
    assert_eq!((delivery.status, world.on_agenda(&delivery).await), (WebhookDeliveryStatus::Failed, None));
    let (after, _) = world.endpoint_now(&endpoint).await;
    assert_eq!((after.disabled.map(|disabled| disabled.reason), after.version), (Some(DisabledReason::Gone), 2));
    let [told] = &world.told_of("webhook_endpoint.disabled").await[..] else { panic!("told once") };
    assert_eq!(told["data"], json!({ "endpointId": endpoint.id, "reason": "gone" }));
    assert_eq!((&told["subject"], &told["subjectVersion"]), (&json!(endpoint.id), &json!(2)));
    assert!(world.tell(&world.event("invoice.paid")).await);
    assert_eq!(world.deliveries_to(&endpoint).await.len(), 1, "nothing is kept for it any more");
}

#[tokio::test]
async fn five_days_of_nothing_but_failure_disable_and_are_told_once() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    world.receiver.replies(vec![Replies::Status(500); 40]);
    let mut delivery = world.happens("invoice.paid", &endpoint).await;
    while delivery.next_attempt_at.is_some() {
        delivery = world.attempt(&delivery).await;
    }
    assert_eq!((delivery.status, delivery.attempts.len()), (WebhookDeliveryStatus::Failed, 10));
    let (after, health) = world.endpoint_now(&endpoint).await;
    assert_eq!((after.disabled, health.failing_since), (None, Some("2026-11-21T01:00:00.000Z".parse().unwrap())));
    // An hour of trouble in a quiet week: the last delivery that came through was long ago, and this one is tried again.
    world.stack.set_clock("2026-11-27T01:00:00.000Z");
    let waits = world.happens("invoice.paid", &endpoint).await;
    let waits = world.attempt(&waits).await;
    world.stack.set_clock("2026-11-27T01:00:01.000Z");
    let mut fails = world.happens("invoice.paid", &endpoint).await;
    while fails.next_attempt_at.is_some() {
        assert_eq!(world.endpoint_now(&endpoint).await.0.disabled, None, "{}", fails.tries);
        fails = world.attempt(&fails).await;
    }
    let (after, _) = world.endpoint_now(&endpoint).await;
    assert_eq!(after.disabled.map(|disabled| disabled.reason), Some(DisabledReason::Failing));
    assert_eq!(world.told_of("webhook_endpoint.disabled").await.len(), 1);
    // What is still on its way ends without another call.
    let calls = world.receiver.arrived().len();
    let last = world.attempt(&waits).await;
    assert_eq!((last.status, last.next_attempt_at), (WebhookDeliveryStatus::Cancelled, None));
    assert_eq!((world.receiver.arrived().len(), world.on_agenda(&last).await), (calls, None));
    assert_eq!(world.told_of("webhook_endpoint.disabled").await.len(), 1);
}

#[tokio::test]
async fn an_attempt_says_nothing_of_an_address_that_was_given_meanwhile() {
    for status in [410, 500, 200] {
        let world = World::open().await;
        let endpoint = world.endpoint(&["*"]).await;
        let began = "2026-11-10T01:00:00.000Z".parse().unwrap();
        if status != 500 {
            world.write(|tx| world.endpoints().note_failure(tx, endpoint.id, began)).await;
        }
        let delivery = world.happens("invoice.paid", &endpoint).await;
        world.receiver.replies([Replies::Held(status)]);
        let due = world.due(&delivery);
        let moved = async {
            world.receiver.called().await;
            let url = world.url(&format!("http://{}/other", world.receiver.host()));
            world.write(|tx| world.endpoints().save(tx, &endpoint.rewritten(url, None, None)).unwrap()).await;
            world.receiver.let_go();
        };
        assert!(tokio::join!(world.wake(world.stack.ctx(), &due), moved).0, "{status}");
        let (after, health) = world.endpoint_now(&endpoint).await;
        let failing_since = (status != 500).then_some(began);
        assert_eq!((after.disabled, health.failing_since, after.version), (None, failing_since, 2), "{status}");
        assert_eq!(world.delivery(delivery.id).await.unwrap().attempts[0].status, Some(status));
    }
}

#[tokio::test]
async fn what_comes_through_before_an_endpoint_is_given_up_keeps_it() {
    let setup = async || {
        let world = World::open().await;
        let endpoint = world.endpoint(&["*"]).await;
        world.receiver.replies([Replies::Status(500)]);
        let began = "2026-11-10T01:00:00.000Z".parse().unwrap();
        world.write(|tx| world.endpoints().note_failure(tx, endpoint.id, began)).await;
        let mut delivery = world.happens("invoice.paid", &endpoint).await;
        for _ in 1..10 {
            delivery = delivery.claimed(world.stack.ctx().now()).unwrap();
            world.write(|tx| WebhookDeliveries::new(world.table(), world.scope).save(tx, &delivery).unwrap()).await;
        }
        world.stack.clock.set(delivery.next_attempt_at.unwrap());
        let due = world.due(&delivery);
        let World { stack, scope, receiver, courier } = world;
        let last = task(async move |ctx| wake(&ctx, &courier, &due).await);
        let (enabled, facts) = (endpoint.clone(), (scope, endpoint.id, receiver));
        let through = task(async move |ctx| {
            let endpoints = WebhookEndpoints::new(ctx.table(), scope);
            let mut transaction = Transaction::new();
            endpoints.check_unchanged(&mut transaction, &enabled);
            endpoints.forget_failures(&mut transaction, enabled.id);
            ctx.table().transact(transaction).await.is_ok()
        });
        Beginning { stack, facts, tasks: vec![last, through] }
    };
    let both = std::cell::Cell::new((0, 0));
    let check = async |ended: Ended<_, bool>| {
        let (scope, id, _receiver): (TenantScope, WebhookEndpointId, Receiver) = ended.facts;
        let endpoint = WebhookEndpoints::new(ended.stack.ctx().table(), scope).get(id).await.unwrap().unwrap();
        assert_eq!(ended.results, [true, endpoint.disabled.is_none()]);
        let (kept, given_up) = both.get();
        both.set(if ended.results[1] { (kept + 1, given_up) } else { (kept, given_up + 1) });
    };
    Interleaving::every().run(setup, check).await;
    assert!(both.get().0 > 1 && both.get().1 > 0, "{both:?}");
}

#[tokio::test]
async fn one_success_begins_the_five_days_anew() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    world.receiver.replies([Replies::Status(500), Replies::Status(200), Replies::Status(503)]);
    let delivery = world.happens("invoice.paid", &endpoint).await;
    let delivery = world.attempt(&delivery).await;
    assert!(world.endpoint_now(&endpoint).await.1.failing_since.is_some());
    world.attempt(&delivery).await;
    assert_eq!(world.endpoint_now(&endpoint).await.1.failing_since, None);
    world.stack.set_clock("2026-11-28T01:00:00.000Z");
    let delivery = world.happens("invoice.paid", &endpoint).await;
    world.attempt(&delivery).await;
    let (after, health) = world.endpoint_now(&endpoint).await;
    assert_eq!((after.disabled, health.failing_since), (None, Some("2026-11-28T01:00:00.000Z".parse().unwrap())));
}

#[tokio::test]
async fn nothing_is_sent_to_an_endpoint_that_was_deleted() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    let delivery = world.happens("invoice.paid", &endpoint).await;
    world
        .write(|tx| {
            world.endpoints().delete(tx, &endpoint);
        })
        .await;
    assert!(world.wake(world.stack.ctx(), &world.due(&delivery)).await);
    assert_eq!((world.delivery(delivery.id).await, world.on_agenda(&delivery).await), (None, None));
    assert!(world.wake(world.stack.ctx(), &world.due(&delivery)).await, "and again is nothing");
    assert_eq!(world.receiver.arrived().len(), 0);
}

#[tokio::test]
async fn a_test_that_fails_is_not_tried_again_and_counts_for_nothing() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["invoice.paid"]).await;
    world.receiver.replies([Replies::Status(500), Replies::Status(410)]);
    for event in ["evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y"] {
        let new = NewDelivery {
            endpoint_id: endpoint.id,
            event_id: event.parse().unwrap(),
            event_type: PING.to_owned(),
            subject: endpoint.id.to_string(),
            occurred_at: world.stack.ctx().now(),
            body: "{}".to_owned(),
        };
        let delivery = WebhookDelivery::new(new, world.stack.ctx().now());
        let deliveries = WebhookDeliveries::new(world.table(), world.scope);
        world
            .write(|tx| {
                deliveries.insert(tx, &delivery).unwrap();
            })
            .await;
        let delivery = world.attempt(&delivery).await;
        assert_eq!((delivery.status, delivery.next_attempt_at), (WebhookDeliveryStatus::Failed, None));
    }
    let (after, health) = world.endpoint_now(&endpoint).await;
    assert_eq!((after.disabled, health.failing_since), (None, None));
}

#[tokio::test]
async fn an_old_message_does_not_use_up_an_attempt() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    world.receiver.replies([Replies::Status(500)]);
    let first = world.happens("invoice.paid", &endpoint).await;
    let second = world.attempt(&first).await;
    assert!(world.wake(world.stack.ctx(), &world.due(&first)).await);
    assert_eq!((world.receiver.arrived().len(), world.delivery(first.id).await), (1, Some(second)));
}
