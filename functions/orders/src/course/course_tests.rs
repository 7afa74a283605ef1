//! Orders that are cancelled, sent and returned.

use futures::join;
use http::Method;
use serde_json::{Value, json};

use crate::{
    course::scene::Scene,
    world::{ORDERS, idr},
};

fn items(of: &[(&str, u32)]) -> Value {
    of.iter().map(|(sku, quantity)| json!({ "sku": sku, "quantity": quantity })).collect()
}

#[tokio::test]
async fn a_buyer_cancels_what_is_not_paid_and_staff_what_is_not_sent() {
    let scene = Scene::open().await;
    let (guest, id) = scene.ordered("A", 2, 20_000).await;
    let path = format!("{ORDERS}/{id}/cancel");
    let other = scene.world.guest("A", 1).await;
    assert_eq!(scene.world.by(&other, Method::POST, &path, None).await.status, 404);
    for _ in 0..2 {
        let cancelled = scene.world.by(&guest, Method::POST, &path, None).await;
        assert_eq!((cancelled.status.as_u16(), cancelled.text("/data/status")), (200, "cancelled".to_owned()));
    }
    let rows = scene.world.stack.rows().await;
    let noted: Vec<&Value> = rows.iter().filter(|row| row["action"] == "order.cancelled").collect();
    assert_eq!(noted.len(), 1, "once, though nobody is signed in");
    assert!(noted[0].to_string().contains("anonymous") && noted[0].to_string().contains(&id), "{}", noted[0]);
    scene.work().await;
    assert_eq!(scene.world.numbers("A").await, [10, 0, 0, 10]);
    assert_eq!((scene.told("order.cancelled").await, scene.told("invoice.voided").await), (1, 1));
    assert!(!scene.pay(&id, payments::Method::Gopay).await.1, "nothing waits for it");

    let (guest, id) = scene.bought("A", 2, 20_000).await;
    let path = format!("{ORDERS}/{id}/cancel");
    let refused = scene.world.by(&guest, Method::POST, &path, None).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "ORDER_WRONG_MOVE"));
    assert_eq!(refused.at("/allowed"), json!([]));
    let (_, stranger) = scene.world.stack.tenant("toko-b").await;
    let theirs = scene.world.client.call(Method::POST, &*path).bearer(&stranger.token).send().await;
    assert_eq!(theirs.status, 404);
    for _ in 0..2 {
        let cancelled = scene.cancel(&id).await;
        assert_eq!(cancelled.status, 200, "{}", cancelled.snapshot());
    }
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["cancelled", "refunded", "none"]);
    assert_eq!(scene.world.numbers("A").await, [10, 0, 0, 10]);
    // The late money of the first one goes back too.
    assert_eq!((scene.told("order.refunded").await, scene.told("credit_note.issued").await), (2, 1));
    assert_eq!(scene.world.rows("REFUND#").await, 2);
}

#[tokio::test]
async fn a_cancellation_and_a_payment_at_once_end_in_one_of_them() {
    let scene = Scene::open().await;
    for _ in 0..10 {
        let (guest, id) = scene.ordered("A", 1, 10_000).await;
        let path = format!("{ORDERS}/{id}/cancel");
        let pay = async {
            // The invoice may change between its reading and its payment: the provider's word comes again.
            scene.pay(&id, payments::Method::Gopay).await
        };
        let cancelled = scene.world.by(&guest, Method::POST, &path, None).await;
        let (_, used) = pay.await;
        scene.work().await;
        let stands = scene.stands(&id).await;
        assert_eq!((cancelled.status.as_u16(), used, stands[0].as_str()), (200, false, "cancelled"));
    }
    assert_eq!(scene.world.numbers("A").await, [10, 0, 0, 10]);
}

#[tokio::test]
async fn staff_says_how_an_order_stands_and_is_told_what_is_allowed() {
    let scene = Scene::open().await;
    let (guest, id) = scene.bought("A", 1, 10_000).await;
    let path = format!("{ORDERS}/{id}/status");
    let put = async |status: &str| scene.world.staff(Method::PUT, &path, json!({ "status": status })).await;
    for (status, allowed) in [("completed", json!(["cancelled"])), ("fulfilled", json!(["cancelled"]))] {
        let refused = put(status).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "ORDER_WRONG_MOVE"), "{status}");
        assert_eq!(refused.at("/allowed"), allowed);
    }
    assert_eq!(put("lost").await.status, 422);
    let body = json!({ "status": "cancelled" });
    assert_eq!(scene.world.by(&guest, Method::PUT, &path, Some(body.clone())).await.status, 401, "a guest is no staff");
    let customer = scene.world.user().await;
    assert_eq!(scene.world.by(&customer, Method::PUT, &path, Some(body)).await.status, 403);
    assert_eq!(scene.staff(&id, ("fulfilments", json!({})), "f1").await.status, 201);
    assert_eq!(put("delivered").await.text("/data/fulfilmentStatus"), "delivered");
    assert_eq!(put("delivered").await.at("/allowed"), json!(["completed"]));
    assert_eq!(put("completed").await.text("/data/status"), "completed");
    assert_eq!(put("cancelled").await.at("/allowed"), json!([]));
    assert_eq!(scene.told("order.delivered").await, 1);
}

#[tokio::test]
async fn goods_are_sent_in_parts_out_of_what_is_kept_for_the_order() {
    let scene = Scene::open().await;
    let (guest, id) = scene.ordered("A", 10, 100_000).await;
    let early = scene.staff(&id, ("fulfilments", json!({})), "f0").await;
    assert_eq!((early.status.as_u16(), early.text("/code").as_str()), (409, "ORDER_WRONG_MOVE"), "it is not paid");
    scene.pay(&id, payments::Method::Gopay).await;
    scene.work().await;
    let body = json!({ "items": items(&[("A", 4)]), "carrier": "JNE", "trackingNumber": "JP1" });
    for _ in 0..2 {
        let sent = scene.staff(&id, ("fulfilments", body.clone()), "f1").await;
        assert_eq!((sent.status.as_u16(), sent.at("/data/number")), (201, json!(1)), "{}", sent.snapshot());
    }
    assert_eq!(scene.stands(&id).await, ["partially_fulfilled", "paid", "partial"]);
    assert_eq!(scene.world.numbers("A").await, [6, 0, 6, 0]);
    let refused = [items(&[("A", 7)]), items(&[("A", 0)]), items(&[("B", 1)]), json!([])];
    for (at, items) in refused.into_iter().enumerate() {
        let refused = scene.staff(&id, ("fulfilments", json!({ "items": items })), &format!("r{at}")).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, "ORDER_PIECES"), "{items}");
    }
    let (one, two) = join!(
        scene.staff(&id, ("fulfilments", json!({ "items": items(&[("A", 6)]) })), "f2"),
        scene.staff(&id, ("fulfilments", json!({ "items": items(&[("A", 6)]) })), "f3"),
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "nothing is sent twice");
    assert_eq!(scene.stands(&id).await, ["fulfilled", "paid", "shipped"]);
    assert_eq!(scene.world.numbers("A").await, [0, 0, 0, 0]);
    let listed = scene.world.by(&guest, Method::GET, &format!("{ORDERS}/{id}/fulfilments"), None).await;
    assert_eq!(listed.at("/data/0/trackingNumber"), json!("JP1"));
    assert_eq!(listed.at("/data/1/items"), json!([{ "sku": "A", "quantity": 6 }]));
    assert_eq!(scene.told("order.fulfilled").await, 2);
}

#[tokio::test]
async fn commerce_t11_what_comes_back_is_refunded_as_it_was_paid() {
    let scene = Scene::open().await;
    scene.world.reprice("A", 12_000).await;
    let off = json!({ "name": "Six off", "benefit": { "kind": "amount", "amounts": [idr(6_000)] } });
    scene.promotion(off).await;
    let (guest, id) = scene.bought("A", 3, 30_000).await;
    assert_eq!(scene.staff(&id, ("fulfilments", json!({})), "f1").await.status, 201);
    let back = async |count: u32, key: &str| {
        let body = json!({ "items": items(&[("A", count)]), "restock": true });
        scene.staff(&id, ("returns", body), key).await
    };
    for _ in 0..2 {
        let first = back(1, "r1").await;
        assert_eq!((first.status.as_u16(), first.at("/data/refunded")), (201, idr(10_000)), "{}", first.snapshot());
    }
    assert_eq!(scene.stands(&id).await, ["fulfilled", "partially_refunded", "shipped"]);
    assert_eq!(scene.world.numbers("A").await, [8, 0, 0, 8]);
    let shown = scene.world.read(&format!("{ORDERS}/{id}")).await;
    assert_eq!((shown.at("/data/items/0/unitPrice"), shown.at("/data/items/0/total")), (idr(12_000), idr(30_000)));
    assert_eq!(back(2, "r2").await.text("/code"), "REFUND_ON_ITS_WAY", "one at a time");
    scene.refunded().await;
    let second = back(2, "r3").await;
    assert_eq!((second.status.as_u16(), second.at("/data/refunded")), (201, idr(20_000)), "{}", second.snapshot());
    assert_eq!(scene.stands(&id).await, ["fulfilled", "refunded", "returned"]);
    let third = back(1, "r4").await;
    assert_eq!((third.status.as_u16(), third.text("/code").as_str()), (409, "NOTHING_REFUNDABLE"));
    let listed = scene.world.by(&guest, Method::GET, &format!("{ORDERS}/{id}/returns"), None).await;
    assert_eq!(listed.at("/data").as_array().unwrap().len(), 2);
    assert_eq!((scene.told("order.returned").await, scene.told("order.refunded").await), (2, 2));
}

#[tokio::test]
async fn commerce_t13_a_return_pays_for_what_was_received() {
    let scene = Scene::open().await;
    scene.world.reprice("A", 8_999).await;
    let (_, id) = scene.bought("A", 3, 26_997).await;
    assert_eq!(scene.staff(&id, ("fulfilments", json!({})), "f1").await.status, 201);
    let asked = |refund| json!({ "items": items(&[("A", 2)]), "restock": false, "expectedRefund": idr(refund) });
    let refused = scene.staff(&id, ("returns", asked(26_997)), "r1").await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, "ORDER_REFUND_MISMATCH"));
    let received = scene.staff(&id, ("returns", asked(17_998)), "r2").await;
    assert_eq!(
        (received.status.as_u16(), received.at("/data/refunded")),
        (201, idr(17_998)),
        "{}",
        received.snapshot()
    );
    assert_eq!(scene.world.numbers("A").await, [7, 0, 0, 7], "they cannot be sold again");
    let customer = scene.world.user().await;
    let body = json!({ "items": items(&[("A", 1)]), "restock": false });
    let path = format!("{ORDERS}/{id}/returns");
    let call = (Method::POST, path.as_str(), Some(body));
    let theirs = scene.world.with(&scene.world.client, &customer, call, Some("r3")).await;
    assert_eq!(theirs.status, 403);
}

#[tokio::test]
async fn the_rest_of_an_order_is_called_off() {
    let scene = Scene::open().await;
    let (_, id) = scene.bought("A", 3, 30_000).await;
    assert_eq!(scene.staff(&id, ("fulfilments", json!({ "items": items(&[("A", 1)]) })), "f1").await.status, 201);
    assert_eq!(scene.cancel(&id).await.status, 200);
    assert_eq!(scene.stands(&id).await, ["fulfilled", "partially_refunded", "shipped"]);
    assert_eq!(scene.world.numbers("A").await, [9, 0, 0, 9]);
    let rows = scene.world.stack.rows().await;
    let told = rows.iter().find(|row| row["type"] == "order.cancelled").unwrap();
    assert_eq!((&told["data"]["items"], &told["data"]["complete"]), (&items(&[("A", 2)]), &json!(false)));
    assert_eq!(scene.cancel(&id).await.text("/code"), "ORDER_WRONG_MOVE");
}

#[tokio::test]
async fn promotions_lower_carts_and_orders_and_their_uses_are_counted() {
    let scene = Scene::open().await;
    let body =
        json!({ "name": "Ten", "code": "TEN", "benefit": { "kind": "percent", "basisPoints": 1_000 }, "maxUses": 1 });
    let promotion = scene.promotion(body).await;
    let uses = async || scene.world.read(&format!("/api/v1/promotions/{promotion}")).await.at("/data/uses");
    let coded = async |code: &str| {
        let guest = scene.world.ready("A", 2).await;
        let body = Some(json!({ "code": code }));
        let cart = scene.world.by(&guest, Method::POST, "/api/v1/cart/coupons", body).await;
        assert!(cart.status.is_success(), "{}", cart.snapshot());
        (guest, cart)
    };
    let (first, cart) = coded("ten").await;
    assert_eq!((cart.at("/data/totals/discount"), cart.at("/data/totals/total")), (idr(2_000), idr(18_000)));
    assert_eq!(cart.at("/data/refusedCodes"), json!([]));
    let (_, unknown) = coded("NOPE").await;
    assert_eq!(unknown.at("/data/refusedCodes"), json!([{ "code": "NOPE", "reason": "unknown" }]));
    let (second, _) = coded("TEN").await;
    let placed = scene.world.order(&first, 18_000, "k1").await;
    assert_eq!(placed.status, 201, "{}", placed.snapshot());
    assert_eq!(placed.at("/data/promotions/0/amount"), idr(2_000));
    assert_eq!(uses().await, json!(1));
    let cart = scene.world.cart(&second).await;
    assert_eq!(cart.at("/data/refusedCodes"), json!([{ "code": "TEN", "reason": "used_up" }]));
    assert_eq!(scene.world.order(&second, 18_000, "k2").await.text("/code"), "PRICE_CHANGED");
    let id = placed.text("/data/id");
    let cancelled = scene.world.by(&first, Method::POST, &format!("{ORDERS}/{id}/cancel"), None).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.snapshot());
    assert_eq!(uses().await, json!(0), "given back");
    assert_eq!(scene.world.order(&second, 18_000, "k3").await.status, 201);
}

#[tokio::test]
async fn of_many_at_once_as_many_use_a_promotion_as_may() {
    let scene = Scene::open().await;
    let body = json!({ "name": "Ten", "benefit": { "kind": "percent", "basisPoints": 1_000 }, "maxUses": 2 });
    scene.promotion(body).await;
    let mut guests = Vec::new();
    for _ in 0..4 {
        guests.push(scene.world.ready("A", 1).await);
    }
    let placed = futures::future::join_all(
        guests.iter().enumerate().map(async |(at, guest)| scene.world.order(guest, 9_000, &format!("k{at}")).await),
    )
    .await;
    let won = placed.iter().filter(|one| one.status == 201).count();
    let codes: Vec<String> = placed.iter().map(|one| one.text("/code")).collect();
    assert_eq!(won, 2, "{codes:?}");
    assert!(codes.iter().filter(|code| !code.is_empty()).all(|code| code == "PRICE_CHANGED"), "{codes:?}");
}
