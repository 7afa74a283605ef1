//! The money of an order when others than its course move it, and where goods that came back are put.

use billing::CreditAsked;
use http::Method;
use kernel::{Currency, Money, PaymentId};
use payments::Refunds;
use serde_json::{Value, json};
use stock::{LocationCode, StockLocation, Stocks};
use table::{Transaction, pages::PageRequest};
use testkit::Answer;

use crate::{
    course::scene::Scene,
    world::{ORDERS, idr},
};

fn amount(minor: i64) -> CreditAsked {
    CreditAsked::Amount(Money::new(minor, Currency::IDR))
}

async fn back(scene: &Scene, id: &str, pieces: (&str, u32), key: &str) -> Answer {
    let body = json!({ "items": [{ "sku": pieces.0, "quantity": pieces.1 }], "restock": true });
    scene.staff(id, ("returns", body), key).await
}

/// What refunds of a payment give back.
async fn refunds(scene: &Scene, payment: PaymentId) -> Vec<i64> {
    let refunds = Refunds::new(scene.world.stack.ctx().table(), scene.world.owner.scope);
    let listed = refunds.list(payment, &PageRequest::default()).await.unwrap().items;
    listed.iter().map(|refund| refund.amount.minor()).collect()
}

#[tokio::test]
async fn what_staff_took_back_is_told_by_the_order_and_no_return_gives_it_again() {
    let scene = Scene::open().await;
    let (_, id) = scene.ordered("A", 3, 30_000).await;
    let (payment, _) = scene.pay(&id, payments::Method::Gopay).await;
    scene.work().await;
    assert_eq!(scene.staff(&id, ("fulfilments", json!({})), "f1").await.status, 201);
    scene.credited(&id, amount(12_000)).await;
    for _ in 0..3 {
        scene.work().await;
    }
    assert_eq!(scene.stands(&id).await, ["fulfilled", "partially_refunded", "shipped"]);
    assert_eq!(scene.told("order.refunded").await, 1);
    let two = back(&scene, &id, ("A", 2), "r1").await;
    assert_eq!((two.status.as_u16(), two.at("/data/refunded")), (201, idr(18_000)), "{}", two.snapshot());
    assert_eq!(scene.stands(&id).await, ["fulfilled", "refunded", "shipped"]);
    let last = back(&scene, &id, ("A", 1), "r2").await;
    assert_eq!((last.status.as_u16(), last.at("/data/refunded")), (201, idr(0)), "{}", last.snapshot());
    assert_eq!(last.at("/data/creditNoteId"), Value::Null);
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["fulfilled", "refunded", "returned"]);
    assert_eq!((refunds(&scene, payment).await, scene.world.numbers("A").await), (vec![18_000], [10, 0, 0, 10]));
    assert_eq!((scene.told("order.refunded").await, scene.told("credit_note.issued").await), (2, 2));
}

#[tokio::test]
async fn an_order_of_which_staff_took_all_back_can_still_be_cancelled() {
    let scene = Scene::open().await;
    let (_, id) = scene.bought("A", 2, 20_000).await;
    scene.credited(&id, CreditAsked::Rest).await;
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["confirmed", "refunded", "none"]);
    let cancelled = scene.cancel(&id).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.snapshot());
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["cancelled", "refunded", "none"]);
    assert_eq!((scene.told("credit_note.issued").await, scene.world.numbers("A").await), (1, [10, 0, 0, 10]));
}

#[tokio::test]
async fn a_part_taken_back_before_the_order_was_confirmed_is_not_forgotten() {
    for told_first in ["credit_note.issued", "invoice.paid"] {
        let scene = Scene::open().await;
        let (_, id) = scene.ordered("A", 2, 20_000).await;
        assert!(scene.pay(&id, payments::Method::Gopay).await.1);
        scene.credited(&id, amount(5_000)).await;
        let mut events = scene.events().await;
        events.sort_by_key(|event| event["type"] != told_first);
        assert!(crate::course::scene::deliver_all(scene.world.stack.ctx(), &events).await);
        assert_eq!(scene.stands(&id).await, ["confirmed", "partially_refunded", "none"], "{told_first}");
    }
}

#[tokio::test]
async fn what_was_taken_back_before_it_was_paid_is_no_refund() {
    let scene = Scene::open().await;
    let (_, id) = scene.ordered("A", 2, 20_000).await;
    scene.credited(&id, amount(5_000)).await;
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["pending_payment", "none", "none"]);
    scene.pay(&id, payments::Method::Gopay).await;
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["confirmed", "paid", "none"]);
    assert_eq!(scene.told("order.refunded").await, 0);
}

#[tokio::test]
async fn a_second_payment_of_an_order_goes_back_once_by_itself() {
    let scene = Scene::open().await;
    let (_, id) = scene.ordered("A", 2, 20_000).await;
    let (first, used) = scene.pay(&id, payments::Method::Gopay).await;
    let (second, again) = scene.pay(&id, payments::Method::Gopay).await;
    assert_eq!((used, again), (true, false));
    for _ in 0..3 {
        scene.work().await;
    }
    assert_eq!((refunds(&scene, first).await, refunds(&scene, second).await), (vec![], vec![20_000]));
    assert_eq!(scene.stands(&id).await, ["confirmed", "paid", "none"]);
    assert_eq!((scene.told("order.confirmed").await, scene.told("order.refunded").await), (1, 1));
    scene.refunded().await;
    let (later, _) = scene.pay(&id, payments::Method::Gopay).await;
    scene.work().await;
    assert_eq!((refunds(&scene, later).await, refunds(&scene, second).await), (vec![20_000], vec![20_000]));
}

/// On hand at a location.
async fn there(scene: &Scene, sku: &str, location: &str) -> i64 {
    let stocks = Stocks::new(scene.world.stack.ctx().table(), scene.world.owner.scope);
    let location: LocationCode = location.parse().unwrap();
    stocks.get(&sku.parse().unwrap()).await.unwrap().unwrap().on_hand_at(&location)
}

#[tokio::test]
async fn goods_come_back_to_where_they_were_sent_from_or_where_staff_says() {
    let scene = Scene::open().await;
    let (ctx, bandung) = (scene.world.stack.ctx(), "bandung".parse::<LocationCode>().unwrap());
    let stocks = Stocks::new(ctx.table(), scene.world.owner.scope);
    let location = StockLocation { code: bandung.clone(), version: 1, priority: 200, ..StockLocation::main() };
    let (seen, known) = (stocks.to_locate().await.unwrap(), stocks.get(&"B".parse().unwrap()).await.unwrap().unwrap());
    let mut transaction = Transaction::new();
    stocks.insert_location(&mut transaction, (&seen, &location)).unwrap();
    stocks.adjust(&mut transaction, &known, (&bandung, 4), ctx.now()).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let (_, id) = scene.bought("B", 4, 100_000).await;
    assert_eq!(scene.staff(&id, ("fulfilments", json!({})), "f1").await.status, 201);
    assert_eq!((there(&scene, "B", "main").await, there(&scene, "B", "bandung").await), (0, 1), "one and three left");
    for (key, count) in [("r1", 2), ("r2", 1)] {
        let returned = back(&scene, &id, ("B", count), key).await;
        assert_eq!(returned.status, 201, "{}", returned.snapshot());
        scene.refunded().await;
    }
    assert_eq!((there(&scene, "B", "main").await, there(&scene, "B", "bandung").await), (1, 3));
    let last = |location: &str, restock: bool| json!({ "items": [{ "sku": "B", "quantity": 1 }], "restock": restock, "location": location });
    for (key, body, code) in
        [("r3", last("moon", true), "STOCK_INVALID"), ("r4", last("main", false), "VALIDATION_FAILED")]
    {
        let refused = scene.staff(&id, ("returns", body), key).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, code));
    }
    assert_eq!(scene.staff(&id, ("returns", last("main", true)), "r5").await.status, 201);
    assert_eq!((there(&scene, "B", "main").await, there(&scene, "B", "bandung").await), (2, 3));
    let shown = scene.world.by(&scene.world.user().await, Method::GET, &format!("{ORDERS}/{id}"), None).await;
    assert_eq!(shown.status, 404, "another customer's");
}
