//! Goods that are sent with a shipment: the buyer knows its number, and the order is delivered once all of it has arrived.

use events::shipment::ShipmentUpdated;
use kernel::{CustomerId, OrderId, RequestId, ShipmentId};
use serde_json::{Value, json};
use shipping::{Shipment, ShipmentState, Shipments, TrackingStatus};
use table::Transaction;

use crate::{course::scene::Scene, world::ORDERS};

impl Scene {
    /// A shipment of an order, whose parcel has this number.
    async fn shipped(&self, order: &str, number: &str, state: ShipmentState) -> Shipment {
        let ctx = self.world.stack.ctx();
        let order: OrderId = order.parse().unwrap();
        let golden = include_str!("../../../../../shared/shipping/src/golden/shipment.json");
        let mut row: Value = serde_json::from_str(golden).unwrap();
        row["parcels"][0]["trackingCode"] = json!(number);
        row["people"] = Value::Null;
        let golden: Shipment = serde_json::from_value(row).unwrap();
        let shipment = Shipment {
            id: ShipmentId::new(ctx.new_ulid()),
            order_id: Some(order),
            state,
            status: TrackingStatus::InTransit,
            version: 1,
            ..golden
        };
        let mut transaction = Transaction::new();
        Shipments::new(ctx.table(), self.world.owner.scope).insert(&mut transaction, &shipment).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        shipment
    }

    /// Its carrier says where it is.
    async fn seen(&self, shipment: &Shipment, status: TrackingStatus) {
        let (ctx, scope) = (self.world.stack.ctx(), self.world.owner.scope);
        let next = Shipment { status, version: shipment.version + 1, ..shipment.clone() };
        let mut transaction = Transaction::new();
        Shipments::new(ctx.table(), scope).save(&mut transaction, &next).unwrap();
        let told = ShipmentUpdated {
            shipment_id: next.id,
            customer_id: CustomerId::new(ctx.new_ulid()),
            order_id: next.order_id,
            status,
            previous_status: shipment.status,
        };
        let cause = RequestId::new(ctx.new_ulid());
        ctx.insert_event(&mut transaction, scope.tenant(), cause, next.version, &told).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }
}

fn pieces(count: u32, shipment: &Shipment) -> Value {
    json!({ "items": [{ "sku": "A", "quantity": count }], "shipmentId": shipment.id })
}

#[tokio::test]
async fn the_buyer_is_told_who_carries_the_parcel_and_its_number() {
    let scene = Scene::open().await;
    let (_, id) = scene.bought("A", 3, 30_000).await;
    let one = scene.shipped(&id, "EZ-1", ShipmentState::Ready).await;
    let sent = scene.staff(&id, ("fulfilments", pieces(1, &one)), "f1").await;
    let says = ["carrier", "trackingNumber", "shipmentId"].map(|name| sent.text(&format!("/data/{name}")));
    assert_eq!(says, ["USPS".to_owned(), "EZ-1".to_owned(), one.id.to_string()], "{}", sent.snapshot());
    let rows = scene.world.stack.rows().await;
    let told = rows.iter().find(|row| row["type"] == "order.fulfilled").unwrap();
    assert_eq!((&told["data"]["carrier"], &told["data"]["trackingNumber"]), (&json!("USPS"), &json!("EZ-1")));

    let own = json!({ "items": [{ "sku": "A", "quantity": 1 }], "shipmentId": one.id, "carrier": "Kurir Toko" });
    let sent = scene.staff(&id, ("fulfilments", own), "f2").await;
    assert_eq!(sent.at("/data/carrier"), json!("Kurir Toko"), "what staff says counts");
}

#[tokio::test]
async fn goods_are_sent_with_a_shipment_of_their_order_alone() {
    let scene = Scene::open().await;
    let (_, id) = scene.bought("A", 1, 10_000).await;
    let (_, other) = scene.bought("A", 1, 10_000).await;
    let theirs = scene.shipped(&other, "EZ-1", ShipmentState::Ready).await;
    let nowhere = Shipment { id: ShipmentId::new(scene.world.stack.ctx().new_ulid()), ..theirs.clone() };
    for (at, shipment) in [theirs, nowhere].iter().enumerate() {
        let refused = scene.staff(&id, ("fulfilments", pieces(1, shipment)), &format!("r{at}")).await;
        assert_eq!((refused.status.as_u16(), refused.text("/errors/0/pointer").as_str()), (404, "/shipmentId"));
    }
    let nonsense = scene.staff(&id, ("fulfilments", json!({ "shipmentId": "nonsense" })), "r2").await;
    assert_eq!(nonsense.status, 422, "{}", nonsense.snapshot());
    for state in [ShipmentState::Buying, ShipmentState::Failed] {
        let shipment = scene.shipped(&id, &format!("EZ-{state:?}"), state).await;
        let refused = scene.staff(&id, ("fulfilments", pieces(1, &shipment)), &format!("{state:?}")).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "SHIPMENT_NOT_READY"), "{state:?}");
    }
    assert_eq!(scene.stands(&id).await, ["confirmed", "paid", "none"], "nothing was sent");
}

#[tokio::test]
async fn an_order_is_delivered_once_when_its_last_parcel_is() {
    let scene = Scene::open().await;
    let (_, id) = scene.bought("A", 3, 30_000).await;
    let first = scene.shipped(&id, "EZ-1", ShipmentState::Ready).await;
    let second = scene.shipped(&id, "EZ-2", ShipmentState::Ready).await;
    assert_eq!(scene.staff(&id, ("fulfilments", pieces(1, &first)), "f1").await.status, 201);
    scene.seen(&first, TrackingStatus::Delivered).await;
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["partially_fulfilled", "paid", "partial"], "two are yet to be sent");
    assert_eq!(scene.staff(&id, ("fulfilments", pieces(2, &second)), "f2").await.status, 201);
    scene.seen(&second, TrackingStatus::OutForDelivery).await;
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["fulfilled", "paid", "shipped"]);
    let second = Shipment { version: 2, ..second };
    scene.seen(&second, TrackingStatus::Delivered).await;
    for _ in 0..2 {
        scene.work().await;
        assert_eq!(scene.stands(&id).await, ["fulfilled", "paid", "delivered"]);
    }
    assert_eq!(scene.told("order.delivered").await, 1);
}

#[tokio::test]
async fn a_parcel_that_arrived_before_it_was_recorded_counts_and_so_does_one_whose_rest_is_called_off() {
    let scene = Scene::open().await;
    for (at, count) in [(0, 2), (1, 1)] {
        let (_, id) = scene.bought("A", 2, 20_000).await;
        let shipment = scene.shipped(&id, &format!("EZ-{at}"), ShipmentState::Ready).await;
        scene.seen(&shipment, TrackingStatus::Delivered).await;
        scene.work().await;
        assert_eq!(scene.staff(&id, ("fulfilments", pieces(count, &shipment)), &format!("f{at}")).await.status, 201);
        if count < 2 {
            assert_eq!(scene.cancel(&id).await.status, 200);
        }
        scene.work().await;
        assert_eq!(scene.stands(&id).await[2], "delivered", "{count} of two");
    }
}

#[tokio::test]
async fn what_was_sent_without_a_shipment_and_what_goes_back_is_delivered_by_hand() {
    let scene = Scene::open().await;
    let (_, id) = scene.bought("A", 2, 20_000).await;
    let shipment = scene.shipped(&id, "EZ-1", ShipmentState::Ready).await;
    let by_hand = json!({ "items": [{ "sku": "A", "quantity": 1 }] });
    assert_eq!(scene.staff(&id, ("fulfilments", by_hand), "f1").await.status, 201);
    assert_eq!(scene.staff(&id, ("fulfilments", pieces(1, &shipment)), "f2").await.status, 201);
    scene.seen(&shipment, TrackingStatus::Delivered).await;
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["fulfilled", "paid", "shipped"]);

    let (_, id) = scene.bought("A", 1, 10_000).await;
    let shipment = scene.shipped(&id, "EZ-2", ShipmentState::Ready).await;
    assert_eq!(scene.staff(&id, ("fulfilments", pieces(1, &shipment)), "f3").await.status, 201);
    scene.seen(&shipment, TrackingStatus::ReturnToSender).await;
    scene.work().await;
    assert_eq!(scene.stands(&id).await, ["fulfilled", "paid", "shipped"]);
    let path = format!("{ORDERS}/{id}/status");
    let said = scene.world.staff(http::Method::PUT, &path, json!({ "status": "delivered" })).await;
    assert_eq!(said.text("/data/fulfilmentStatus"), "delivered", "{}", said.snapshot());
}

/// By what the templates let the two functions read and write.
#[tokio::test]
async fn the_functions_may_do_what_this_takes() {
    let scene = Scene::open().await;
    let (_, id) = scene.bought("A", 1, 10_000).await;
    let shipment = scene.shipped(&id, "EZ-1", ShipmentState::Ready).await;
    let client = testkit::Client::new(crate::function(scene.world.stack.granted("orders-api")));
    let token = scene.world.stack.sign_in(&scene.world.owner).await;
    let call = client.post(format!("{ORDERS}/{id}/fulfilments"), pieces(1, &shipment)).bearer(&token);
    let sent = call.idempotency_key("f1").send().await;
    assert_eq!(sent.status, 201, "{}", sent.snapshot());
    scene.seen(&shipment, TrackingStatus::Delivered).await;
    assert!(scene.work_on(&scene.world.stack.granted("orders-worker")).await);
    assert_eq!(scene.stands(&id).await, ["fulfilled", "paid", "delivered"]);
}
