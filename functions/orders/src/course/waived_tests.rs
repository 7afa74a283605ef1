//! Orders of which staff waives a part before they are paid.

use billing::{CreditAsked, CreditNote, CreditNotes, CreditReason, Invoices, Month, NewCreditNote};
use cashier::Cashier;
use events::Cause;
use http::Method;
use kernel::{CreditNoteId, Currency, JournalId, Money, PaymentId, Provider, RequestId};
use payments::{NewPayment, Payment, Purpose, Status, capabilities_of};
use settlement::{BesideInvoice, CreditDecided, Settlement};
use table::Transaction;

use crate::{
    course::scene::Scene,
    world::{CART, address},
};

/// A part of its price comes in.
async fn pay_part(scene: &Scene, id: &str, amount: i64) {
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    let order = scene.stored(id).await;
    let cause = Cause::from(RequestId::new(ctx.new_ulid()));
    let cashier = Cashier { ctx, scope, cause: &cause };
    let new = NewPayment {
        id: PaymentId::new(ctx.new_ulid()),
        tenant_id: scope.tenant(),
        payer: order.party(),
        purpose: Purpose::Invoice { invoice_id: order.invoice_id },
        amount: Money::new(amount, Currency::IDR),
        method: payments::Method::Gopay,
        now: ctx.now(),
    };
    let begun = Payment::begin(new, capabilities_of(Provider::Midtrans)).unwrap();
    let payment = Payment { status: Status::Success, settled_at: Some(ctx.now()), ..begun };
    let mut transaction = Transaction::new();
    cashier.payments().insert(&mut transaction, &payment).unwrap();
    cashier.settle(&mut transaction, &payment, payment.amount).await.unwrap();
    cashier.tell(&mut transaction, &payment).unwrap();
    ctx.table().transact(transaction).await.unwrap();
}

/// Staff waives so much of its invoice.
async fn waive(scene: &Scene, id: &str, amount: i64) {
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    let order = scene.stored(id).await;
    let invoice = Invoices::new(ctx.table(), scope).get(order.invoice_id).await.unwrap().unwrap();
    let invoice = invoice.trusted("a test waives a part");
    let today = ctx.now().date_in(&invoice.seller.zone);
    let number = CreditNotes::new(ctx.table(), scope).next_number(Month::of(today)).await.unwrap();
    let beside = BesideInvoice::read(ctx.table(), scope, invoice.id).await.unwrap();
    let new = NewCreditNote {
        id: CreditNoteId::new(ctx.new_ulid()),
        number,
        reason: CreditReason::ProductUnsatisfactory,
        memo: None,
        asked: CreditAsked::Amount(Money::new(amount, Currency::IDR)),
        at: ctx.now(),
    };
    let written = CreditNote::write(new, &invoice, &beside.before(&invoice, today)).unwrap();
    let journal_id = || JournalId::new(ctx.new_ulid());
    let mut transaction = Transaction::new();
    CreditNotes::insert(&mut transaction, scope, &written.note).unwrap();
    let decided = CreditDecided { written: &written, beside: &beside };
    let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
    let credited = settlement.credit(&mut transaction, invoice, decided).unwrap();
    let cause = RequestId::new(ctx.new_ulid());
    if let Some(told) = credited.invoice.told_paid() {
        ctx.insert_event(&mut transaction, scope.tenant(), cause, credited.invoice.version, &told).unwrap();
    }
    ctx.table().transact(transaction).await.unwrap();
}

#[tokio::test]
async fn an_order_that_is_paid_but_for_a_part_that_staff_waives_is_confirmed() {
    let scene = Scene::open().await;
    let (_, id) = scene.ordered("A", 2, 20_000).await;
    pay_part(&scene, &id, 18_000).await;
    waive(&scene, &id, 1_000).await;
    scene.work().await;
    assert_eq!(scene.stands(&id).await[0], "pending_payment", "1,000 are still to be paid");
    waive(&scene, &id, 1_000).await;
    for _ in 0..2 {
        scene.work().await;
    }
    assert_eq!(scene.stands(&id).await[0], "confirmed");
    assert_eq!((scene.told("order.confirmed").await, scene.told("order.cancelled").await), (1, 0));
    assert_eq!(scene.world.numbers("A").await, [10, 0, 2, 8], "still kept for it");
}

#[tokio::test]
async fn an_order_that_the_balance_and_a_waiver_pay_is_confirmed() {
    let scene = Scene::open().await;
    let buyer = scene.world.user().await;
    let order = async |quantity: u32, total: i64, key: &str| {
        scene.world.add(&buyer, "A", quantity).await;
        let to = scene.world.by(&buyer, Method::PUT, &format!("{CART}/address"), Some(address())).await;
        assert_eq!(to.status, 200, "{}", to.snapshot());
        scene.world.collects(&buyer).await;
        let placed = scene.world.order(&buyer, total, key).await;
        assert_eq!(placed.status, 201, "{}", placed.snapshot());
        placed.text("/data/id")
    };
    let first = order(1, 10_000, "k1").await;
    let path = format!("{}/{first}/cancel", crate::world::ORDERS);
    assert_eq!(scene.world.by(&buyer, Method::POST, &path, None).await.status, 200);
    let (_, used) = scene.pay(&first, payments::Method::BcaVa).await;
    assert!(!used, "what cannot go back by itself is on the balance");
    let second = order(2, 20_000, "k2").await;
    waive(&scene, &second, 10_000).await;
    scene.work().await;
    assert_eq!(scene.stands(&second).await[0], "confirmed");
    assert_eq!(scene.world.numbers("A").await, [10, 0, 2, 8], "still kept for it");
}

#[tokio::test]
async fn an_order_of_which_staff_waives_all_is_over() {
    let scene = Scene::open().await;
    let (_, id) = scene.ordered("A", 2, 20_000).await;
    for _ in 0..2 {
        waive(&scene, &id, 10_000).await;
        scene.work().await;
    }
    assert_eq!(scene.stands(&id).await[0], "cancelled");
    assert_eq!((scene.told("order.cancelled").await, scene.world.numbers("A").await), (1, [10, 0, 0, 10]));
}
