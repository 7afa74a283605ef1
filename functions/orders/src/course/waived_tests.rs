//! Orders of which a part is paid, or waived by staff.

use billing::CreditAsked;
use http::Method;
use kernel::{Currency, Money, PaymentId};
use payments::Refunds;
use serde_json::json;
use table::pages::PageRequest;

use crate::{
    course::scene::Scene,
    world::{CART, ORDERS, address},
};

/// A part of its price comes in.
async fn pay_part(scene: &Scene, id: &str, amount: i64) -> PaymentId {
    scene.pay_amount(id, payments::Method::Gopay, Money::new(amount, Currency::IDR)).await.0
}

/// Staff waives so much of its invoice.
async fn waive(scene: &Scene, id: &str, amount: i64) {
    scene.credited(id, CreditAsked::Amount(Money::new(amount, Currency::IDR))).await;
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
    let path = format!("{ORDERS}/{first}/cancel");
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

#[tokio::test]
async fn of_an_order_that_several_payments_paid_each_gives_back_what_it_brought() {
    let scene = Scene::open().await;
    let refunded = async |payments: &[PaymentId]| {
        let refunds = Refunds::new(scene.world.stack.ctx().table(), scene.world.owner.scope);
        let mut amounts = Vec::new();
        for payment in payments {
            let listed = refunds.list(*payment, &PageRequest::default()).await.unwrap().items;
            amounts.push(listed.iter().map(|refund| refund.amount.minor()).collect::<Vec<_>>());
        }
        amounts
    };
    let (_, paid) = scene.ordered("A", 2, 20_000).await;
    let whole = [pay_part(&scene, &paid, 12_000).await, pay_part(&scene, &paid, 8_000).await];
    scene.work().await;
    assert_eq!(scene.stands(&paid).await[0], "confirmed");
    let cancelled = scene.cancel(&paid).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.snapshot());
    assert_eq!(refunded(&whole).await, [vec![12_000], vec![8_000]]);
    assert_eq!(scene.stands(&paid).await[..2], ["cancelled", "refunded"]);

    let (guest, waiting) = scene.ordered("A", 2, 20_000).await;
    let parts = [pay_part(&scene, &waiting, 5_000).await, pay_part(&scene, &waiting, 7_000).await];
    let path = format!("{ORDERS}/{waiting}/cancel");
    assert_eq!(scene.world.by(&guest, Method::POST, &path, None).await.status, 200);
    assert_eq!(refunded(&parts).await, [vec![5_000], vec![7_000]]);
    assert_eq!(scene.world.numbers("A").await, [10, 0, 0, 10]);
}

#[tokio::test]
async fn whoever_may_only_order_pays_no_money_out() {
    let scene = Scene::open().await;
    let (_, id) = scene.ordered("A", 2, 20_000).await;
    pay_part(&scene, &id, 5_000).await;
    let (_, unpaid) = scene.ordered("A", 1, 10_000).await;
    let key = scene.world.stack.api_key(&scene.world.owner, &["orders:write", "fulfilments:write"]).await;
    let cancel = async |id: &str| {
        let by_cancel =
            scene.world.client.call(Method::POST, format!("{ORDERS}/{id}/cancel")).bearer(&key).send().await;
        let body = json!({ "status": "cancelled" });
        let by_status = scene.world.client.call(Method::PUT, format!("{ORDERS}/{id}/status")).json(body);
        (by_cancel.status.as_u16(), by_status.bearer(&key).send().await.status.as_u16())
    };
    assert_eq!(cancel(&id).await, (403, 403));
    assert_eq!(scene.stands(&id).await[0], "pending_payment");
    assert_eq!(cancel(&unpaid).await.0, 200, "nothing goes back");
    assert_eq!(scene.cancel(&id).await.status, 200);
}
