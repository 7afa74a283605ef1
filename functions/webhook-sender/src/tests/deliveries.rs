//! From the event to the receiver.

use futures::future::join_all;
use serde_json::{Value, json};
use table::Write;
use testkit::Fault;
use webhooks::{AttemptResult, WebhookDeliveryStatus, WebhookEndpoint, WebhookSecret, sign};

use super::{receiver::Replies, world::World};

#[tokio::test]
async fn an_event_goes_signed_to_whoever_wants_it() {
    let world = World::open().await;
    let (wants, wants_all) = (world.endpoint(&["invoice.*"]).await, world.endpoint(&["*"]).await);
    let other = world.endpoint(&["payment.failed"]).await;
    let event = world.event("invoice.paid");
    assert!(world.tell(&event).await);
    assert_eq!(world.deliveries_to(&other).await, []);
    assert_eq!(world.deliveries_to(&wants_all).await.len(), 1);
    assert_eq!(world.queued().len(), 2);
    let delivery = world.deliveries_to(&wants).await.remove(0);
    assert_eq!(world.on_agenda(&delivery).await, delivery.next_attempt_at);
    assert!(world.queued().contains(&world.due(&delivery)), "it does not wait for the agenda");

    let delivery = world.attempt(&delivery).await;
    assert_eq!((delivery.status, world.on_agenda(&delivery).await), (WebhookDeliveryStatus::Delivered, None));
    let [call] = &world.receiver.arrived()[..] else { panic!("one call") };
    let now = world.stack.ctx().now();
    assert_eq!(call.path, "/hook?t=1");
    assert_eq!(call.header("webhook-id"), event["id"].as_str().unwrap());
    assert_eq!(call.header("webhook-timestamp"), now.as_seconds().to_string());
    let signature = sign([&WebhookSecret::new([7; 32])], delivery.event_id, now, &call.body);
    assert_eq!(call.header("webhook-signature"), signature);
    assert_eq!(call.header("content-type"), "application/json");
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!((&body["type"], &body["id"], &body["data"]), (&json!("invoice.paid"), &event["id"], &event["data"]));
    assert_eq!((&body["subjectVersion"], &body["timestamp"]), (&json!(3), &event["occurredAt"]));
}

#[tokio::test]
async fn an_event_that_comes_again_and_messages_that_come_twice_are_one_call() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    let event = world.event("invoice.paid");
    let taken = join_all((0..5).map(|_| world.tell(&event))).await;
    assert_eq!(taken, [true; 5]);
    let delivery = world.deliveries_to(&endpoint).await.remove(0);
    assert_eq!(world.deliveries_to(&endpoint).await.len(), 1);
    assert_eq!(world.queued().len(), 1);
    let due = world.due(&delivery);
    let taken = join_all((0..5).map(|_| world.wake(world.stack.ctx(), &due))).await;
    assert_eq!(taken, [true; 5]);
    assert!(world.tell(&event).await && world.wake(world.stack.ctx(), &due).await);
    assert_eq!(world.receiver.arrived().len(), 1);
    assert_eq!(world.delivery(delivery.id).await.unwrap().attempts.len(), 1);
}

#[tokio::test]
async fn what_fails_is_tried_again_with_the_same_id_and_a_new_time() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    world.receiver.replies([Replies::Status(500), Replies::Later(429, "3600"), Replies::Later(400, "3600")]);
    let mut delivery = world.happens("invoice.paid", &endpoint).await;
    let mut waits = Vec::new();
    for _ in 0..3 {
        delivery = world.attempt(&delivery).await;
        assert_eq!(
            (delivery.status, world.on_agenda(&delivery).await),
            (WebhookDeliveryStatus::Pending, delivery.next_attempt_at)
        );
        waits.push(delivery.next_attempt_at.unwrap().since(world.stack.ctx().now()).as_secs());
    }
    assert!((4..=6).contains(&waits[0]), "{waits:?}");
    assert_eq!(waits[1], 3600, "the receiver asked for an hour");
    assert!((1440..=2160).contains(&waits[2]), "who answers 400 is not asked when: {waits:?}");
    assert_eq!(world.stack.work.delays().len(), 1, "only the first wait is short enough for the queue");
    let delivery = world.attempt(&delivery).await;
    assert_eq!(delivery.status, WebhookDeliveryStatus::Delivered);
    let arrived = world.receiver.arrived();
    assert!(arrived.iter().all(|call| call.header("webhook-id") == delivery.event_id.to_string()));
    let times: std::collections::BTreeSet<&str> = arrived.iter().map(|call| call.header("webhook-timestamp")).collect();
    assert_eq!(times.len(), 4);
    let statuses: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.status.unwrap()).collect();
    assert_eq!(statuses, [500, 429, 400, 204]);
}

#[tokio::test]
async fn for_a_day_after_a_rotation_two_secrets_sign() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    let rotated = endpoint.rotated(WebhookSecret::new([8; 32]), world.stack.ctx().now());
    world
        .write(|tx| {
            world.endpoints().save(tx, &rotated).unwrap();
        })
        .await;
    let delivery = world.happens("invoice.paid", &endpoint).await;
    world.attempt(&delivery).await;
    let call = world.receiver.arrived().remove(0);
    let now = world.stack.ctx().now();
    let of = |byte| sign([&WebhookSecret::new([byte; 32])], delivery.event_id, now, &call.body);
    assert_eq!(call.header("webhook-signature"), format!("{} {}", of(8), of(7)));
    world.stack.set_clock("2026-11-22T01:00:00Z");
    let delivery = world.happens("invoice.paid", &endpoint).await;
    world.attempt(&delivery).await;
    assert_eq!(world.receiver.arrived()[1].header("webhook-signature").matches("v1,").count(), 1);
}

#[tokio::test]
async fn nobody_hears_of_another_tenant_or_of_the_past_or_of_what_is_internal() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    let (stranger, _) = world.stack.tenant("toko-b").await;
    let mut foreign = world.event("invoice.paid");
    foreign["tenantId"] = json!(stranger.id);
    let mut past = world.event("invoice.paid");
    past["occurredAt"] = json!("2026-11-21T00:59:59.999Z");
    let mut forgotten = world.event("invoice.paid");
    forgotten["occurredAt"] = json!("2026-10-01T00:00:00.000Z");
    let mut internal = world.event("invoice.send_requested");
    internal["audience"] = json!("internal");
    let mut pretended = world.event("invoice.paid");
    pretended["audience"] = json!("internal");
    for event in [foreign, past, forgotten, internal, pretended, world.event("coffee.made")] {
        assert!(world.tell(&event).await, "{event}");
    }
    assert_eq!((world.deliveries_to(&endpoint).await, world.queued().len()), (vec![], 0));
    assert!(
        !world
            .wake(
                world.stack.ctx(),
                &json!({
                    "tenantId": stranger.id, "kind": "trial_end", "id": stranger.id, "at": "2026-11-21T01:00:00.000Z",
                })
            )
            .await,
        "other work is given back"
    );
}

#[tokio::test]
async fn an_endpoint_that_cannot_be_read_keeps_no_other_from_its_delivery_and_gets_its_own_later() {
    let world = World::open().await;
    let (broken, fine) = (world.endpoint(&["*"]).await, world.endpoint(&["*"]).await);
    let key = world.scope.key("WEBHOOKS", format_args!("ENDPOINT#{}", broken.id));
    let damage = |value: Value| Write::update::<WebhookEndpoint>(key.clone()).set("createdAt", value);
    world.write(|tx| tx.add(damage(json!("long ago")))).await;
    let event = world.event("invoice.paid");
    for _ in 0..2 {
        assert!(!world.tell(&event).await, "it comes again");
        assert_eq!((world.deliveries_to(&fine).await.len(), world.deliveries_to(&broken).await.len()), (1, 0));
        assert_eq!(world.queued().len(), 1, "and is sent once");
    }
    world.write(|tx| tx.add(damage(json!(broken.created_at)))).await;
    assert!(world.tell(&event).await);
    assert_eq!((world.deliveries_to(&fine).await.len(), world.deliveries_to(&broken).await.len()), (1, 1));
}

#[tokio::test]
async fn a_death_anywhere_loses_no_event_and_no_delivery() {
    let calls = {
        let world = World::open().await;
        world.endpoint(&["*"]).await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(world.tell_to(&ctx, &world.event("invoice.paid")).await);
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let endpoint = world.endpoint(&["*"]).await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let event = world.event("invoice.paid");
        let first = world.tell_to(&ctx, &event).await;
        assert!(world.tell(&event).await);
        let delivery = world.deliveries_to(&endpoint).await.remove(0);
        assert_eq!(world.on_agenda(&delivery).await, delivery.next_attempt_at, "{fault:?} {first}");
    }
    let attempt = async |fault: Option<Fault>| {
        let world = World::open().await;
        let endpoint = world.endpoint(&["*"]).await;
        let delivery = world.happens("invoice.paid", &endpoint).await;
        let (ctx, table) = world.stack.breaking(fault);
        let taken = world.wake(&ctx, &world.due(&delivery)).await;
        (world, delivery, table.calls(), taken)
    };
    let (.., calls, taken) = attempt(None).await;
    assert!(taken && calls >= 5, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let (world, first, ..) = attempt(Some(fault)).await;
        // The message comes again, and then the agenda has it done.
        assert!(world.wake(world.stack.ctx(), &world.due(&first)).await, "{fault:?}");
        let mut delivery = world.delivery(first.id).await.unwrap();
        if delivery.status == WebhookDeliveryStatus::Pending {
            assert_eq!(world.on_agenda(&delivery).await, delivery.next_attempt_at, "{fault:?}");
            delivery = world.attempt(&delivery).await;
        }
        assert_eq!(
            (delivery.status, world.on_agenda(&delivery).await),
            (WebhookDeliveryStatus::Delivered, None),
            "{fault:?}"
        );
        let ids: Vec<String> =
            world.receiver.arrived().iter().map(|call| call.header("webhook-id").to_owned()).collect();
        assert!(
            (1..=2).contains(&ids.len()) && ids.iter().all(|id| *id == first.event_id.to_string()),
            "{fault:?} {ids:?}"
        );
    }
}

#[tokio::test]
async fn an_attempt_whose_end_was_never_noted_is_counted() {
    let world = World::open().await;
    let endpoint = world.endpoint(&["*"]).await;
    let first = world.happens("invoice.paid", &endpoint).await;
    let mut delivery = first.clone();
    for tries in 1..=10 {
        let claimed = delivery.claimed(world.stack.ctx().now()).unwrap();
        assert_eq!(claimed.tries, tries);
        world
            .write(|tx| {
                webhooks::WebhookDeliveries::new(world.table(), world.scope).save(tx, &claimed).unwrap();
            })
            .await;
        delivery = claimed;
        world.stack.clock.set(delivery.next_attempt_at.unwrap());
    }
    let delivery = world.attempt(&delivery).await;
    assert_eq!((delivery.status, world.on_agenda(&delivery).await), (WebhookDeliveryStatus::Failed, None));
    assert!(delivery.attempts.iter().all(|attempt| attempt.result == AttemptResult::Unknown));
    assert_eq!(world.receiver.arrived().len(), 0);
}
