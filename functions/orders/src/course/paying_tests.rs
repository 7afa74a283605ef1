//! An order and its payment: confirmed once, or over once, and what comes too late goes back.

use futures::{future::join_all, join};
use payments::{Method, Payments, Refunds};
use serde_json::json;
use table::pages::PageRequest;
use testkit::Fault;

use crate::course::scene::{Scene, deliver_all};

const PAY_BY: &str = "2026-11-21T02:00:00.000Z";

#[tokio::test]
async fn an_order_is_confirmed_once_when_its_invoice_is_paid() {
    let scene = Scene::open().await;
    let (_, id) = scene.ordered("A", 2, 20_000).await;
    assert!(scene.pay(&id, Method::Gopay).await.1);
    for _ in 0..3 {
        scene.work().await;
    }
    assert_eq!(scene.stands(&id).await, ["confirmed", "paid", "none"]);
    assert_eq!(scene.told("order.confirmed").await, 1);
    assert_eq!(scene.world.numbers("A").await, [10, 0, 2, 8], "still kept for it");
    scene.world.stack.set_clock(PAY_BY);
    assert!(scene.due(scene.world.stack.ctx(), &id).await);
    assert_eq!(scene.stands(&id).await, ["confirmed", "paid", "none"], "its time is over, and it is paid");
}

#[tokio::test]
async fn commerce_t7_whoever_hears_of_a_payment_first_the_order_is_confirmed_once() {
    let scene = Scene::open().await;
    scene.world.count("A", 100).await;
    let mut bought = Vec::new();
    for _ in 0..100 {
        let (guest, id) = scene.ordered("A", 1, 10_000).await;
        assert!(scene.pay(&id, Method::Gopay).await.1);
        let (cart, order) = (scene.world.cart(&guest).await.text("/data/id"), scene.stored(&id).await);
        bought.push((guest, cart, order));
    }
    let (ctx, told) = (scene.world.stack.ctx(), scene.events().await);
    for (guest, cart, order) in bought {
        let (id, invoice) = (order.id.to_string(), order.invoice_id.to_string());
        let told: Vec<_> = told.iter().filter(|event| event["data"]["invoiceId"] == *invoice).cloned().collect();
        let again = scene.world.order_of(&scene.world.client, &guest, (&cart, 10_000), &id);
        let (again, one, two, over) =
            join!(again, deliver_all(ctx, &told), deliver_all(ctx, &told), scene.due(ctx, &id));
        assert_eq!(again.text("/data/id"), id, "{}", again.snapshot());
        assert!(one && two && over && told.len() >= 2);
    }
    assert_eq!((scene.told("order.placed").await, scene.told("order.confirmed").await), (100, 100));
    assert_eq!(scene.world.numbers("A").await, [110, 0, 100, 10]);
}

#[tokio::test]
async fn of_fifty_who_want_the_last_piece_one_pays_for_it() {
    let scene = Scene::open().await;
    let mut guests = Vec::new();
    for _ in 0..50 {
        let body = json!({ "sku": "B", "quantity": 1 });
        let made = scene.world.client.post("/api/v1/cart/items", body).tenant("toko-a").send().await;
        guests.push(crate::world::Who::Guest(made.text("/data/token")));
    }
    let tried = join_all(guests.iter().enumerate().map(async |(at, guest)| {
        let to = crate::world::address();
        scene.world.by(guest, http::Method::PUT, "/api/v1/cart/address", Some(to)).await;
        scene.world.collects(guest).await;
        scene.world.order(guest, 25_000, &format!("k{at}")).await
    }))
    .await;
    let won: Vec<String> = tried.iter().filter(|one| one.status == 201).map(|one| one.text("/data/id")).collect();
    assert_eq!(won.len(), 1, "{:?}", tried.iter().map(|one| one.text("/code")).collect::<Vec<_>>());
    assert!(scene.pay(&won[0], Method::Gopay).await.1);
    scene.work().await;
    assert_eq!(scene.told("order.confirmed").await, 1);
    assert_eq!(scene.world.numbers("B").await, [1, 0, 1, 0]);
}

#[tokio::test]
async fn an_order_that_is_not_paid_in_time_is_over_and_keeps_nothing() {
    let scene = Scene::open().await;
    let (_, id) = scene.ordered("A", 2, 20_000).await;
    let ctx = scene.world.stack.ctx();
    assert!(scene.due(ctx, &id).await);
    assert_eq!(scene.stands(&id).await, ["pending_payment", "none", "none"], "not before its time");
    scene.world.stack.set_clock(PAY_BY);
    for _ in 0..2 {
        assert!(scene.due(ctx, &id).await);
    }
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["expired", "none", "none"]);
    assert_eq!(scene.world.numbers("A").await, [10, 0, 0, 10]);
    assert_eq!((scene.told("order.expired").await, scene.told("invoice.voided").await), (1, 1));
    assert_eq!(scene.told("order.cancelled").await, 0, "its invoice was voided by its end");
}

#[tokio::test]
async fn a_death_anywhere_neither_keeps_an_order_alive_nor_ends_it_twice() {
    let calls = {
        let scene = Scene::open().await;
        let (_, id) = scene.ordered("A", 2, 20_000).await;
        scene.world.stack.set_clock(PAY_BY);
        let (ctx, table) = scene.world.stack.breaking(None);
        assert!(scene.due(&ctx, &id).await);
        table.calls()
    };
    assert!(calls >= 6, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let scene = Scene::open().await;
        let (_, id) = scene.ordered("A", 2, 20_000).await;
        scene.world.stack.set_clock(PAY_BY);
        let (ctx, _) = scene.world.stack.breaking(Some(fault));
        assert!(!scene.due(&ctx, &id).await, "{fault:?}");
        assert!(scene.due(scene.world.stack.ctx(), &id).await, "{fault:?}");
        assert_eq!(scene.stands(&id).await[0], "expired", "{fault:?}");
        let told = (scene.told("order.expired").await, scene.told("invoice.voided").await);
        assert_eq!((scene.world.numbers("A").await, told), ([10, 0, 0, 10], (1, 1)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_death_anywhere_neither_loses_a_payment_nor_confirms_twice() {
    let calls = {
        let scene = Scene::open().await;
        let (_, id) = scene.ordered("A", 1, 10_000).await;
        scene.pay(&id, Method::Gopay).await;
        let (ctx, table) = scene.world.stack.breaking(None);
        assert!(scene.work_on(&ctx).await);
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let scene = Scene::open().await;
        let (_, id) = scene.ordered("A", 1, 10_000).await;
        scene.pay(&id, Method::Gopay).await;
        let (ctx, _) = scene.world.stack.breaking(Some(fault));
        assert!(!scene.work_on(&ctx).await, "{fault:?}");
        scene.work().await;
        assert_eq!(
            (scene.stands(&id).await[0].as_str(), scene.told("order.confirmed").await),
            ("confirmed", 1),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn an_order_whose_invoice_staff_took_back_is_cancelled() {
    let scene = Scene::open().await;
    let (_, id) = scene.ordered("A", 2, 20_000).await;
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    let order = scene.stored(&id).await;
    let invoices = billing::Invoices::new(ctx.table(), scope);
    let invoice = invoices.get(order.invoice_id).await.unwrap().unwrap().trusted("a test voids it");
    let beside = settlement::BesideInvoice::read(ctx.table(), scope, invoice.id).await.unwrap();
    let journal_id = || kernel::JournalId::new(ctx.new_ulid());
    let settlement = settlement::Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
    let mut transaction = table::Transaction::new();
    let voided = settlement.void(&mut transaction, invoice, &beside).unwrap();
    let told = voided.invoice.told_voided(voided.returned).unwrap();
    let cause = kernel::RequestId::new(ctx.new_ulid());
    ctx.insert_event(&mut transaction, scope.tenant(), cause, voided.invoice.version, &told).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    for _ in 0..2 {
        scene.work().await;
    }
    assert_eq!(scene.stands(&id).await[0], "cancelled");
    assert_eq!((scene.told("order.cancelled").await, scene.world.numbers("A").await), (1, [10, 0, 0, 10]));
}

#[tokio::test]
async fn money_that_comes_when_the_order_is_over_goes_back_once_by_itself() {
    let scene = Scene::open().await;
    let (_, id) = scene.ordered("A", 2, 20_000).await;
    scene.world.stack.set_clock(PAY_BY);
    let ctx = scene.world.stack.ctx();
    assert!(scene.due(ctx, &id).await);
    let (payment, used) = scene.pay(&id, Method::Gopay).await;
    assert!(!used, "nothing waits for it");
    for _ in 0..3 {
        scene.work().await;
    }
    let refunds = Refunds::new(ctx.table(), scene.world.owner.scope);
    let listed = refunds.list(payment, &PageRequest::default()).await.unwrap().items;
    assert_eq!((listed.len(), listed[0].amount.minor()), (1, 20_000));
    let paid = Payments::new(ctx.table(), scene.world.owner.scope).get(payment).await.unwrap().unwrap();
    assert_eq!(paid.trusted("a test looks").open_refund, Some(listed[0].id), "its provider is asked next");
    assert_eq!((scene.stands(&id).await[0].as_str(), scene.told("order.refunded").await), ("expired", 1));
    let (by_hand_only, _) = scene.pay(&id, Method::BcaVa).await;
    scene.work().await;
    let listed = refunds.list(by_hand_only, &PageRequest::default()).await.unwrap().items;
    assert_eq!((listed.len(), scene.told("order.refunded").await), (0, 1), "it stays on the buyer's balance");
}
