//! What Stripe says, in every order and as often as it likes, also while our own parts die.

use http::Method;
use payments::{Notices, Quarantine};
use serde_json::json;
use testkit::{Answer, Client, Fault, ScriptedStripe};

use crate::world::World;

/// A card payment whose payer's bank has agreed, and nobody has told us.
async fn paid() -> (World, String) {
    let world = World::with_stripe().await;
    let id = world.pay_by_card("pm_asks", "k1").await.text("/data/id");
    world.stripe.pay(&id);
    (world, id)
}

fn outcome(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/data/outcome"))
}

fn said(outcome: &str) -> (u16, String) {
    (200, outcome.to_owned())
}

async fn kept(world: &World) -> Vec<(String, Quarantine)> {
    let notices = Notices::new(world.stack.ctx().table(), world.scope());
    let kept = notices.set_aside_so_far(None).await.unwrap().items;
    kept.into_iter().map(|word| (word.order_id, word.reason)).collect()
}

#[tokio::test]
async fn an_event_is_believed_and_booked_once() {
    let (world, id) = paid().await;
    let intent = world.stripe.intent(&id);
    let tell = |event: &'static str| world.stripe_tells(event, "payment_intent.succeeded", &intent);
    assert_eq!(outcome(&tell("evt_1").await), said("applied"));
    assert_eq!((world.status_of(&id).await.as_str(), world.stripe.asked()), ("success", 0), "nobody had to be asked");
    for again in ["evt_1", "evt_2"] {
        assert_eq!(outcome(&tell(again).await), said("ignored"), "{again}");
    }
    let expected = [format!("receivable:{}=-498390", world.party), "clearing:stripe=498390".to_owned()];
    assert_eq!(world.balances().await, expected);
    assert_eq!((world.events("payment.succeeded").await, world.events("invoice.paid").await), (1, 1));
}

#[tokio::test]
async fn ten_at_once_are_one() {
    let (world, id) = paid().await;
    let intent = world.stripe.intent(&id);
    let sends = (0..10).map(|_| world.stripe_tells("evt_1", "payment_intent.succeeded", &intent));
    let answers: Vec<_> = futures::future::join_all(sends).await.iter().map(outcome).collect();
    assert_eq!(answers.iter().filter(|answer| **answer == said("applied")).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    assert_eq!((world.events("payment.succeeded").await, world.events("invoice.paid").await), (1, 1));
}

#[tokio::test]
async fn events_in_any_order_end_in_the_same_state() {
    let (world, id) = paid().await;
    let done = world.stripe.intent(&id);
    let mut waiting = done.clone();
    waiting["status"] = json!("requires_action");
    let mut processing = done.clone();
    processing["status"] = json!("processing");
    // The last comes first.
    assert_eq!(outcome(&world.stripe_tells("evt_3", "payment_intent.succeeded", &done).await), said("applied"));
    for (event, kind, object) in [
        ("evt_2", "payment_intent.processing", &processing),
        ("evt_1", "payment_intent.requires_action", &waiting),
        ("evt_0", "payment_intent.created", &waiting),
    ] {
        assert_eq!(outcome(&world.stripe_tells(event, kind, object).await), said("ignored"), "{kind}");
        assert_eq!(world.status_of(&id).await, "success", "{kind}");
    }
}

#[tokio::test]
async fn a_bank_that_says_no_fails_the_payment_and_what_was_cancelled_is_cancelled() {
    for (kind, change, status) in [
        (
            "payment_intent.payment_failed",
            json!({"status": "requires_payment_method", "last_payment_error": {"code": "card_declined"}}),
            "failed",
        ),
        ("payment_intent.canceled", json!({"status": "canceled"}), "cancelled"),
        ("payment_intent.canceled", json!({"status": "canceled", "cancellation_reason": "automatic"}), "expired"),
    ] {
        let world = World::with_stripe().await;
        let id = world.pay_by_card("pm_asks", "k1").await.text("/data/id");
        let mut intent = world.stripe.intent(&id);
        for (name, value) in change.as_object().unwrap() {
            intent[name] = value.clone();
        }
        assert_eq!(outcome(&world.stripe_tells("evt_1", kind, &intent).await), said("applied"));
        assert_eq!(world.status_of(&id).await, status, "{kind}");
    }
}

#[tokio::test]
async fn a_refusal_of_money_that_came_in_is_kept_for_a_person() {
    let (world, id) = paid().await;
    let done = world.stripe.intent(&id);
    world.stripe_tells("evt_1", "payment_intent.succeeded", &done).await;
    let mut failed = done;
    failed["status"] = json!("requires_payment_method");
    failed["last_payment_error"] = json!({"code": "card_declined"});
    world.stripe_tells("evt_2", "payment_intent.payment_failed", &failed).await;
    assert_eq!(world.status_of(&id).await, "success");
    assert_eq!(kept(&world).await, [(id, Quarantine::Contradiction)]);
}

#[tokio::test]
async fn a_dispute_names_no_payment_of_ours_and_is_found_all_the_same() {
    let (world, id) = paid().await;
    let intent = world.stripe.intent(&id);
    world.stripe_tells("evt_1", "payment_intent.succeeded", &intent).await;
    let dispute = json!({"id": "du_1", "object": "dispute", "charge": "ch_1", "payment_intent": intent["id"]});
    assert_eq!(outcome(&world.stripe_tells("evt_2", "charge.dispute.created", &dispute).await), said("applied"));
    assert_eq!(outcome(&world.stripe_tells("evt_2", "charge.dispute.created", &dispute).await), said("ignored"));
    assert_eq!(
        (world.status_of(&id).await.as_str(), kept(&world).await),
        ("success", vec![(id, Quarantine::Disputed)])
    );
}

#[tokio::test]
async fn money_that_went_back_at_stripe_is_kept_for_a_person() {
    let (world, id) = paid().await;
    world.stripe_tells("evt_1", "payment_intent.succeeded", &world.stripe.intent(&id)).await;
    world.stripe.set(&id, |intent| intent["latest_charge"]["amount_refunded"] = json!(9_839_000));
    let intent = world.stripe.intent(&id);
    let charge = intent["latest_charge"].clone();
    assert_eq!(outcome(&world.stripe_tells("evt_2", "charge.refunded", &charge).await), said("set_aside"));
    let refund = json!({"id": "re_1", "object": "refund", "payment_intent": intent["id"], "status": "succeeded"});
    assert_eq!(outcome(&world.stripe_tells("evt_3", "refund.updated", &refund).await), said("set_aside"));
    assert!(kept(&world).await.iter().all(|word| *word == (id.clone(), Quarantine::MoneyReturned)));
    let mut failed = refund;
    failed["status"] = json!("failed");
    assert_eq!(outcome(&world.stripe_tells("evt_4", "refund.failed", &failed).await), said("set_aside"));
    assert!(kept(&world).await.contains(&(id, Quarantine::Contradiction)));
}

#[tokio::test]
async fn what_is_about_no_payment_of_ours_is_acknowledged_and_leaves_nothing_behind() {
    let (world, id) = paid().await;
    let mut foreign = world.stripe.intent(&id);
    foreign["metadata"] = json!({"order_id": "6735"});
    let lost = json!({"id": "re_1", "object": "refund", "payment_intent": "pi_of_another_program"});
    for (at, (kind, object)) in [
        ("payment_intent.succeeded", foreign),
        ("refund.updated", lost.clone()),
        ("charge.dispute.created", lost),
        ("customer.created", json!({"id": "cus_1", "object": "customer"})),
        ("something.new", json!("text")),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(outcome(&world.stripe_tells(&format!("evt_{at}"), kind, &object).await), said("ignored"), "{kind}");
    }
    assert_eq!((world.status_of(&id).await.as_str(), kept(&world).await.len()), ("pending", 0));
}

#[tokio::test]
async fn an_event_about_another_amount_or_an_unknown_payment_is_set_aside() {
    let (world, id) = paid().await;
    let mut other = world.stripe.intent(&id);
    other["amount"] = json!(100);
    assert_eq!(outcome(&world.stripe_tells("evt_1", "payment_intent.succeeded", &other).await), said("set_aside"));
    let mut unknown = world.stripe.intent(&id);
    unknown["metadata"]["payment_id"] = json!("pay_01JD2Z3M4N5P6Q7R8S9TZZZZZZ");
    assert_eq!(outcome(&world.stripe_tells("evt_2", "payment_intent.succeeded", &unknown).await), said("set_aside"));
    assert_eq!(world.status_of(&id).await, "pending");
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let (world, id) = paid().await;
    let intent = world.stripe.intent(&id);
    let (good, body) = ScriptedStripe::event("evt_1", "payment_intent.succeeded", &intent, world.stack.ctx().now());
    let old = "2026-11-21T00:54:59Z".parse().unwrap();
    let (late, _) = ScriptedStripe::event("evt_1", "payment_intent.succeeded", &intent, old);
    for (header, body) in [
        (String::new(), body.clone()),
        ("t=1,v1=00".to_owned(), body.clone()),
        (good.replace("v1", "v0"), body.clone()),
        (late, body.clone()),
        (good.clone(), format!("{body} ")),
        (good.clone(), body.replace("498", "499")),
    ] {
        let answer = world.stripe_sends(&header, body).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (401, "INVALID_SIGNATURE"), "{header}");
    }
    // A tenant without keys for Stripe, one that is not there, and the same event at another's door.
    let (other, _) = world.stack.tenant("toko-b").await;
    for tenant in [other.id.to_string(), "nobody".to_owned()] {
        let call = world.client.call(Method::POST, format!("/api/v1/webhooks/stripe/{tenant}"));
        let answer = call.header("stripe-signature", good.clone()).raw(body.clone()).send().await;
        assert_eq!(answer.status, 401, "{tenant}");
    }
    assert_eq!(world.status_of(&id).await, "pending");
    assert_eq!(outcome(&world.stripe_sends(&good, body).await), said("applied"));
}

/// Two tenants may share an account at Stripe, which then sends the events of both to both.
#[tokio::test]
async fn an_event_of_a_tenant_who_shares_the_account_is_not_ours() {
    let (world, id) = paid().await;
    let (other, _) = world.stack.tenant("toko-b").await;
    world.stack.secrets.put(format!("ruko/test/tenants/{}/stripe", other.id), ScriptedStripe::account());
    let (header, body) =
        ScriptedStripe::event("evt_1", "payment_intent.succeeded", &world.stripe.intent(&id), world.stack.ctx().now());
    let call = world.client.call(Method::POST, format!("/api/v1/webhooks/stripe/{}", other.id));
    let answer = call.header("stripe-signature", header).raw(body).send().await;
    assert_eq!((outcome(&answer), world.status_of(&id).await.as_str()), (said("ignored"), "pending"));
}

#[tokio::test]
async fn what_is_signed_and_no_event_is_malformed() {
    let (world, _) = paid().await;
    for text in ["", "[]", "{", "{}"] {
        let now = world.stack.ctx().now().as_seconds();
        let secret = kernel::Secret::new(ScriptedStripe::WEBHOOK_SECRET.to_owned());
        let header = payments::stripe::sign(text.as_bytes(), &secret, now);
        let answer = world.stripe_sends(&header, text).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (400, "INVALID_BODY"), "{text}");
    }
}

#[tokio::test]
async fn a_dispute_that_was_won_counts_no_more_and_one_that_was_lost_does() {
    for (told, is_disputed) in [
        (&[("created", "needs_response"), ("closed", "won")][..], false),
        (&[("closed", "won"), ("created", "needs_response")], false),
        (&[("created", "warning_needs_response"), ("closed", "warning_closed")], false),
        (&[("created", "needs_response"), ("closed", "lost")], true),
        (&[("created", "needs_response")], true),
    ] {
        let (world, id) = paid().await;
        let intent = world.stripe.intent(&id);
        world.stripe_tells("evt_1", "payment_intent.succeeded", &intent).await;
        for (what, status) in told {
            let dispute = json!({"id": "du_1", "object": "dispute", "payment_intent": intent["id"], "status": status});
            for _ in 0..2 {
                world.stripe_tells(&format!("evt_{what}"), &format!("charge.dispute.{what}"), &dispute).await;
            }
        }
        let shown = world.client.get(format!("/api/v1/payments/{id}")).bearer(&world.owner.token).send().await;
        assert_eq!(
            (!shown.at("/data/disputedAt").is_null(), shown.text("/data/status")),
            (is_disputed, "success".into())
        );
        let payments = payments::Payments::new(world.stack.ctx().table(), world.scope());
        let payment = payments.get(id.parse().unwrap()).await.unwrap().unwrap().trusted("a test looks");
        assert_eq!(payment.in_question().is_zero(), !is_disputed, "{told:?}");
    }
}

#[tokio::test]
async fn while_stripe_or_our_own_parts_are_out_of_reach_the_event_comes_again() {
    let (world, id) = paid().await;
    let intent = world.stripe.intent(&id);
    world.stripe_tells("evt_1", "payment_intent.succeeded", &intent).await;
    let dispute = json!({"id": "du_1", "object": "dispute", "payment_intent": intent["id"]});
    world.stripe.fail_with(500);
    let answer = world.stripe_tells("evt_2", "charge.dispute.created", &dispute).await;
    assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (503, "PROVIDER_UNAVAILABLE"));
    world.stripe.fail_with(0);
    assert_eq!(outcome(&world.stripe_tells("evt_2", "charge.dispute.created", &dispute).await), said("applied"));
}

/// Whatever dies at whichever call of the store: the event is answered with 503, comes again, and is booked once.
#[tokio::test]
async fn a_death_anywhere_ends_in_one_booking() {
    let send = async |world: &World, client: &Client, id: &str| {
        let now = world.stack.ctx().now();
        let (header, body) = ScriptedStripe::event("evt_1", "payment_intent.succeeded", &world.stripe.intent(id), now);
        let call = client.call(Method::POST, format!("/api/v1/webhooks/stripe/{}", world.tenant));
        call.header("stripe-signature", header).raw(body).send().await.status.as_u16()
    };
    let calls = {
        let (world, id) = paid().await;
        let (ctx, table) = world.stack.breaking(None);
        send(&world, &Client::new(crate::function(ctx)), &id).await;
        table.calls()
    };
    assert!(calls >= 4, "{calls} calls of the store");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let (world, id) = paid().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        assert_eq!(send(&world, &client, &id).await, 503, "{fault:?}");
        assert_eq!(send(&world, &client, &id).await, 200, "{fault:?}");
        assert_eq!(world.status_of(&id).await, "success", "{fault:?}");
        assert_eq!((world.events("payment.succeeded").await, world.events("invoice.paid").await), (1, 1));
    }
}
