//! A refund that the bank refuses after it had succeeded: its money is on the balance again, once.

use kernel::{Currency, JournalId, Money, RefundId};
use payments::{NewRefund, Payment, Quarantine, Refund, RefundStatus, Refunds};
use serde_json::{Value, json};
use settlement::Settlement;
use table::Transaction;

use crate::world::World;

const ALL: i64 = 498_390;

/// A deposit of 498,390 rupiah by a card at Stripe, which is on the balance.
async fn deposited() -> (World, String) {
    let world = World::with_stripe().await;
    let body = json!({"amount": {"amount": ALL, "currency": "IDR"}, "method": "card", "provider": "stripe",
        "cardToken": "pm_asks", "returnUrl": "https://toko.example/paid"});
    let call = world.client.post("/api/v1/wallet/deposit", body).bearer(&world.customer.token);
    let answer = call.idempotency_key("k1").send().await;
    assert_eq!(answer.status, 201, "{}", answer.snapshot());
    let id = answer.text("/data/id");
    world.stripe.pay(&id);
    let told = world.stripe_tells("evt_paid", "payment_intent.succeeded", &world.stripe.intent(&id)).await;
    assert!(["applied", "ignored"].contains(&told.text("/data/outcome").as_str()), "{}", told.snapshot());
    (world, id)
}

async fn payment(world: &World, id: &str) -> Payment {
    let payments = payments::Payments::new(world.stack.ctx().table(), world.scope());
    payments.get(id.parse().unwrap()).await.unwrap().unwrap().trusted("a test looks")
}

/// A refund that staff asked for and that Stripe has given back.
async fn refunded(world: &World, id: &str, refund: char, minor: i64) -> Refund {
    let ctx = world.stack.ctx();
    let journal_id = || JournalId::new(ctx.new_ulid());
    let settlement = Settlement::new(ctx.table(), world.scope(), ctx.now(), &journal_id);
    let new = NewRefund {
        id: format!("rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2{refund}").parse::<RefundId>().unwrap(),
        payment_id: id.parse().unwrap(),
        amount: Money::new(minor, Currency::IDR),
        reason: "Ordered twice".to_owned(),
        credit_note_id: None,
        now: ctx.now(),
    };
    let asked = Refund::asked(new);
    let mut transaction = Transaction::new();
    let begun = settlement.begin_refund(&mut transaction, &payment(world, id).await, &asked, ctx.now()).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let mut transaction = Transaction::new();
    let given = settlement.finish_refund(&mut transaction, &begun.payment, &asked).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    given.refund
}

/// How much Stripe says went back in all.
fn stripe_counts(world: &World, id: &str, minor: i64) {
    world.stripe.set(id, |intent| intent["latest_charge"]["amount_refunded"] = json!(minor * 100));
}

fn failed(world: &World, id: &str, refund: Option<RefundId>, minor: i64) -> Value {
    let key = refund.map(|refund| json!({ "refund_key": refund }));
    json!({"id": "re_1", "object": "refund", "payment_intent": world.stripe.intent(id)["id"], "status": "failed",
        "amount": minor * 100, "currency": "idr", "failure_reason": "lost_or_stolen_card", "metadata": key})
}

async fn tells(world: &World, event: &str, refund: &Value) -> String {
    let answer = world.stripe_tells(event, "refund.failed", refund).await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    answer.text("/data/outcome")
}

async fn on_balance(world: &World) -> i64 {
    world.balances().await;
    let journal = ledger::Journal::new(world.stack.ctx().table(), world.scope());
    journal.balance_of(world.party, Currency::IDR).await.unwrap().balance.minor()
}

async fn set_aside(world: &World) -> Vec<Quarantine> {
    let notices = payments::Notices::new(world.stack.ctx().table(), world.scope());
    notices.set_aside_so_far(None).await.unwrap().items.into_iter().map(|word| word.reason).collect()
}

#[tokio::test]
async fn a_refund_that_the_bank_refuses_later_is_on_the_balance_again_once() {
    let (world, id) = deposited().await;
    let (first, second) = (refunded(&world, &id, 'A', 98_390).await, refunded(&world, &id, 'B', 400_000).await);
    assert_eq!((on_balance(&world).await, world.status_of(&id).await.as_str()), (0, "refunded"));
    stripe_counts(&world, &id, 98_390);
    let word = failed(&world, &id, Some(second.id), 400_000);
    assert_eq!(tells(&world, "evt_1", &word).await, "applied");
    for event in ["evt_1", "evt_2"] {
        assert_eq!(tells(&world, event, &word).await, "ignored", "{event}");
    }
    assert_eq!((on_balance(&world).await, world.status_of(&id).await.as_str()), (400_000, "partially_refunded"));
    let refunds = Refunds::new(world.stack.ctx().table(), world.scope());
    let stored = refunds.get(second.payment_id, second.id).await.unwrap().unwrap();
    let failure = stored.failure.unwrap();
    assert_eq!((stored.status, failure.code.as_str()), (RefundStatus::Failed, "lost_or_stolen_card"));
    assert_eq!(refunds.get(first.payment_id, first.id).await.unwrap().unwrap().status, RefundStatus::Succeeded);
    assert_eq!(world.events("payment.refund_failed").await, 1);
    // The other one too: then nothing went back.
    stripe_counts(&world, &id, 0);
    assert_eq!(tells(&world, "evt_3", &failed(&world, &id, Some(first.id), 98_390)).await, "applied");
    assert_eq!((on_balance(&world).await, world.status_of(&id).await.as_str()), (ALL, "success"));
    assert_eq!(payment(&world, &id).await.refunded.minor(), 0);
    assert_eq!(set_aside(&world).await, []);
}

#[tokio::test]
async fn the_same_word_twice_at_once_puts_the_money_back_once() {
    let (world, id) = deposited().await;
    let refund = refunded(&world, &id, 'A', ALL).await;
    stripe_counts(&world, &id, 0);
    let word = failed(&world, &id, Some(refund.id), ALL);
    let (first, second) = tokio::join!(tells(&world, "evt_1", &word), tells(&world, "evt_2", &word));
    let mut outcomes = [first, second];
    outcomes.sort();
    assert_eq!(outcomes, ["applied", "ignored"]);
    assert_eq!((on_balance(&world).await, world.events("payment.refund_failed").await), (ALL, 1));
}

#[tokio::test]
async fn a_refund_begun_at_stripe_is_known_by_its_amount_where_one_has_it() {
    let (world, id) = deposited().await;
    for (event, total) in [("evt_1", 100_000), ("evt_2", 150_000), ("evt_3", 200_000)] {
        stripe_counts(&world, &id, total);
        let charge = world.stripe.intent(&id)["latest_charge"].clone();
        assert_eq!(world.stripe_tells(event, "charge.refunded", &charge).await.text("/data/outcome"), "applied");
    }
    assert_eq!(on_balance(&world).await, ALL - 200_000);
    stripe_counts(&world, &id, 150_000);
    // Two of this amount, none of that one, and no amount at all.
    assert_eq!(tells(&world, "evt_4", &failed(&world, &id, None, 50_000)).await, "set_aside");
    assert_eq!(tells(&world, "evt_5", &failed(&world, &id, None, 1_000)).await, "set_aside");
    let mut mute = failed(&world, &id, None, 1);
    mute["amount"] = json!(null);
    assert_eq!(tells(&world, "evt_6", &mute).await, "set_aside");
    assert_eq!(on_balance(&world).await, ALL - 200_000);
    stripe_counts(&world, &id, 100_000);
    let word = failed(&world, &id, None, 100_000);
    assert_eq!(tells(&world, "evt_7", &word).await, "applied");
    assert_eq!(tells(&world, "evt_8", &word).await, "ignored");
    assert_eq!(on_balance(&world).await, ALL - 100_000);
}

#[tokio::test]
async fn a_refund_that_stripe_counts_still_or_of_another_amount_is_for_a_person() {
    let (world, id) = deposited().await;
    let refund = refunded(&world, &id, 'A', ALL).await;
    stripe_counts(&world, &id, ALL);
    assert_eq!(tells(&world, "evt_1", &failed(&world, &id, Some(refund.id), ALL)).await, "set_aside");
    stripe_counts(&world, &id, 0);
    assert_eq!(tells(&world, "evt_2", &failed(&world, &id, Some(refund.id), 1)).await, "set_aside");
    let unknown = Some("rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2Z".parse().unwrap());
    assert_eq!(tells(&world, "evt_3", &failed(&world, &id, unknown, ALL)).await, "set_aside");
    assert_eq!((on_balance(&world).await, world.status_of(&id).await.as_str()), (0, "refunded"));
    assert!(set_aside(&world).await.iter().all(|reason| *reason == Quarantine::Contradiction));
}
