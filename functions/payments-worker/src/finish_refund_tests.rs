//! Refunds that were begun and whose end nobody has stored.

use kernel::{Currency, JournalId, Money, RefundId};
use payments::{NewRefund, Refund, RefundStatus, Refunds, Status};
use serde_json::{Value, json};
use settlement::Settlement;
use table::Transaction;
use testkit::Fault;

use crate::world::{World, deliver_to};

const REFUND: &str = "rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

/// A payment for the balance came in, and a part of it is to go back.
async fn begun() -> World {
    let world = World::open().await;
    world.midtrans.set(&world.order(), "settlement");
    let payment = world.payment().await;
    let payment = payments::Payment { purpose: payments::Purpose::Deposit, version: payment.version + 1, ..payment };
    world.save(&payment).await;
    assert!(world.deliver_late().await);
    assert_eq!(world.payment().await.status, Status::Success);
    let ctx = world.stack.ctx();
    let journal_id = || JournalId::new(ctx.new_ulid());
    let settlement = Settlement::new(ctx.table(), world.scope(), ctx.now(), &journal_id);
    let refund = Refund::asked(NewRefund {
        id: REFUND.parse().unwrap(),
        payment_id: world.payment,
        amount: Money::new(100_000, Currency::IDR),
        reason: "Ordered twice".to_owned(),
        credit_note_id: None,
        now: ctx.now(),
    });
    let mut transaction = Transaction::new();
    settlement.begin_refund(&mut transaction, &world.payment().await, &refund, ctx.now()).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    world
}

fn message(world: &World) -> Value {
    json!({ "tenantId": world.tenant, "kind": "open_refund", "id": world.payment, "at": world.stack.ctx().now() })
}

async fn end(world: &World) -> (RefundStatus, Status, i64) {
    let id: RefundId = REFUND.parse().unwrap();
    let refund = Refunds::new(world.stack.ctx().table(), world.scope()).get(world.payment, id).await.unwrap().unwrap();
    let payment = world.payment().await;
    let journal = ledger::Journal::new(world.stack.ctx().table(), world.scope());
    let balance = journal.balance_of(payment.payer, Currency::IDR).await.unwrap().balance;
    (refund.status, payment.status, balance.minor())
}

#[tokio::test]
async fn a_refund_that_nobody_finished_is_made_once() {
    let world = begun().await;
    for _ in 0..3 {
        assert!(deliver_to(world.stack.ctx(), &message(&world)).await);
    }
    assert_eq!(world.midtrans.refunded(&world.order()), (100_000, 1));
    assert_eq!(end(&world).await, (RefundStatus::Succeeded, Status::PartiallyRefunded, 398_390));
}

#[tokio::test]
async fn what_is_refused_is_on_the_balance_again() {
    let world = begun().await;
    world.midtrans.refuse_refunds_with(412);
    assert!(deliver_to(world.stack.ctx(), &message(&world)).await);
    assert_eq!(end(&world).await, (RefundStatus::Failed, Status::Success, 498_390));
}

#[tokio::test]
async fn without_keys_that_work_it_waits() {
    let world = begun().await;
    world.midtrans.refuse_with(401);
    assert!(deliver_to(world.stack.ctx(), &message(&world)).await);
    assert_eq!(end(&world).await.0, RefundStatus::Pending);
    world.midtrans.refuse_with(503);
    assert!(!deliver_to(world.stack.ctx(), &message(&world)).await, "the message comes again");
    assert_eq!(end(&world).await.0, RefundStatus::Pending);
}

#[tokio::test]
async fn wherever_the_process_dies_the_money_goes_back_once() {
    let calls = {
        let world = begun().await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(deliver_to(&ctx, &message(&world)).await);
        table.calls()
    };
    assert!(calls >= 3, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = begun().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        assert!(!deliver_to(&ctx, &message(&world)).await, "{fault:?}");
        assert!(deliver_to(&ctx, &message(&world)).await, "{fault:?}");
        assert_eq!(world.midtrans.refunded(&world.order()), (100_000, 1), "{fault:?}");
        assert_eq!(end(&world).await, (RefundStatus::Succeeded, Status::PartiallyRefunded, 398_390), "{fault:?}");
    }
}
