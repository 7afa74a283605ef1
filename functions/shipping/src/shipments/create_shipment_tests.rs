use futures::join;
use identity::Role;
use kernel::{CustomerId, OrderId};
use orders::{Order, OrderNumber, OrderPrefix, OrderStatus, Orders};
use serde_json::json;
use testkit::{Client, Fault};

use crate::world::{World, bandung, san_francisco};

#[tokio::test]
async fn a_label_is_bought_once_for_each_key() {
    let world = World::sending().await;
    let made = world.post("/shipments", "k1", world.to_buy()).await;
    insta::assert_snapshot!(made.snapshot(), @r#"
    201 Created
    etag: "3"
    {
      "data": {
        "carrier": "easypost",
        "cost": {
          "amount": 607,
          "currency": "USD"
        },
        "courier": "USPS",
        "createdAt": "2026-11-21T01:00:00.000Z",
        "customerId": "cus_01M7XSW1M00000000000000007",
        "from": {
          "city": "San Francisco",
          "country": "US",
          "line1": "417 Montgomery St",
          "name": "Ann Lee",
          "postalCode": "94104",
          "province": "CA"
        },
        "id": "shp_01M7XSW1M0000000000000000B",
        "orderId": null,
        "parcels": [
          {
            "dimensions": null,
            "labelUrl": "https://labels.example/1",
            "status": "unknown",
            "trackingCode": "EZ1",
            "weightGrams": 436
          }
        ],
        "refusal": null,
        "service": "GroundAdvantage",
        "state": "ready",
        "status": "unknown",
        "to": {
          "city": "San Francisco",
          "country": "US",
          "line1": "417 Montgomery St",
          "name": "Ann Lee",
          "postalCode": "94104",
          "province": "CA"
        },
        "updatedAt": "2026-11-21T01:00:00.000Z"
      },
      "success": true
    }
    "#);
    let again = world.post("/shipments", "k1", world.to_buy()).await;
    assert_eq!((again.at("/data"), world.carriers.sold()), (made.at("/data"), 1));
    assert_eq!(world.told().await, ["shipment.created"]);
    let shown = world.get(&format!("/shipments/{}", made.text("/data/id"))).await;
    assert_eq!(shown.at("/data"), made.at("/data"));
}

#[tokio::test]
async fn each_parcel_has_a_label_of_its_own() {
    let world = World::sending().await;
    let mut body = world.to_buy();
    body["parcels"] = json!([{ "weightGrams": 436 }, { "weightGrams": 900 }]);
    let made = world.post("/shipments", "k1", body).await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
    let of = |place: usize, name: &str| made.text(&format!("/data/parcels/{place}/{name}"));
    assert_eq!((of(0, "trackingCode"), of(1, "trackingCode")), ("EZ1".to_owned(), "EZ2".to_owned()));
    assert_ne!(of(0, "labelUrl"), of(1, "labelUrl"));
    assert_eq!(made.at("/data/cost"), json!({ "amount": 1214, "currency": "USD" }));
    assert_eq!((world.carriers.sold(), world.told().await.len()), (2, 1));
}

#[tokio::test]
async fn an_answer_that_is_lost_buys_nothing_twice() {
    let world = World::sending().await;
    world.carriers.lose_sales(1);
    let made = world.post("/shipments", "k1", world.to_buy()).await;
    assert_eq!((made.status.as_u16(), world.carriers.sold()), (201, 1), "the shipment was looked at");
    world.carriers.refuse_with(503);
    let refused = world.post("/shipments", "k2", world.to_buy()).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (503, "CARRIER_UNAVAILABLE"));
    world.carriers.refuse_with(0);
    let again = world.post("/shipments", "k2", world.to_buy()).await;
    assert_eq!((again.status.as_u16(), world.carriers.sold()), (201, 2), "{}", again.snapshot());
    assert_eq!(world.get("/shipments").await.at("/data").as_array().unwrap().len(), 2, "it was taken up");
}

#[tokio::test]
async fn a_death_anywhere_buys_one_label_and_tells_of_it_once() {
    let calls = {
        let world = World::sending().await;
        let (ctx, table) = world.stack.breaking(None);
        let client = Client::new(crate::function(ctx));
        let call = client.post("/api/v1/shipping/shipments", world.to_buy()).bearer(&world.owner.token);
        assert_eq!(call.idempotency_key("k1").send().await.status, 201);
        table.calls()
    };
    assert!(calls >= 5, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::sending().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        let call = client.post("/api/v1/shipping/shipments", world.to_buy()).bearer(&world.owner.token);
        let _dies_or_not = call.idempotency_key("k1").send().await;
        // The leases of whoever died end: that of the request, and that of the label.
        world.stack.set_clock("2026-11-21T01:01:10Z");
        let again = world.post("/shipments", "k1", world.to_buy()).await;
        assert_eq!(again.status, 201, "{fault:?}: {}", again.snapshot());
        assert_eq!((world.carriers.sold(), world.told().await.len()), (1, 1), "{fault:?}");
        assert_eq!(world.get("/shipments").await.at("/data").as_array().unwrap().len(), 1, "{fault:?}");
    }
}

/// An order of somebody's that stands so.
async fn order(world: &World, number: u32, customer: CustomerId, status: OrderStatus) -> Order {
    let ctx = world.stack.ctx();
    let golden: Order = serde_json::from_str(include_str!("../../../../shared/orders/src/golden/order.json")).unwrap();
    let order = Order {
        id: OrderId::new(ctx.new_ulid()),
        number: OrderNumber::new(OrderPrefix::default(), 2026, number),
        customer_id: customer,
        status,
        version: 1,
        ..golden
    };
    let orders = Orders::new(ctx.table(), world.owner.scope);
    let mut transaction = table::Transaction::new();
    orders.insert(&mut transaction, &order).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    order
}

#[tokio::test]
async fn a_label_is_bought_of_a_paid_order_of_this_customer_once_unless_another_is_meant() {
    let world = World::sending().await;
    let of = |order: &Order| {
        let mut body = world.to_buy();
        body["orderId"] = json!(order.id);
        body
    };
    let refused = async |key: &str, body: serde_json::Value| {
        let refused = world.post("/shipments", key, body).await;
        (refused.status.as_u16(), refused.text("/code"))
    };
    let somebody = CustomerId::new(world.stack.ctx().new_ulid());
    let others = order(&world, 1, somebody, OrderStatus::Confirmed).await;
    assert_eq!(refused("k1", of(&others)).await, (404, "NOT_FOUND".to_owned()));
    let mut unknown = world.to_buy();
    unknown["orderId"] = json!("ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    assert_eq!(refused("k2", unknown).await, (404, "NOT_FOUND".to_owned()));
    for (place, status) in
        [OrderStatus::PendingPayment, OrderStatus::Cancelled, OrderStatus::Expired].into_iter().enumerate()
    {
        let place = u32::try_from(place).unwrap();
        let other = order(&world, 2 + place, world.customer, status).await;
        let said = refused(&format!("k3{place}"), of(&other)).await;
        assert_eq!(said, (409, "ORDER_NOT_TO_BE_SENT".to_owned()));
    }
    let paid = order(&world, 5, world.customer, OrderStatus::Confirmed).await;
    for _ in 0..2 {
        let made = world.post("/shipments", "k4", of(&paid)).await;
        assert_eq!((made.status.as_u16(), made.at("/data/orderId")), (201, json!(paid.id)), "{}", made.snapshot());
    }
    assert_eq!(refused("k5", of(&paid)).await, (409, "ORDER_HAS_SHIPMENT".to_owned()));
    assert_eq!(world.carriers.sold(), 1);
    let mut again = of(&paid);
    again["again"] = json!(true);
    assert_eq!(world.post("/shipments", "k6", again).await.status, 201);
    assert_eq!(world.carriers.sold(), 2);
}

#[tokio::test]
async fn a_shipment_goes_to_where_its_order_goes() {
    let world = World::sending().await;
    let paid = order(&world, 1, world.customer, OrderStatus::Confirmed).await;
    let mut body = world.to_record("SOC1");
    body["to"] = json!(null);
    let refused = world.post("/shipments", "k1", body.clone()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.text("/errors/0/pointer").as_str()),
        (422, "/to"),
        "{}",
        refused.snapshot()
    );
    body["orderId"] = json!(paid.id);
    let (one, two) = join!(world.post("/shipments", "k2", body.clone()), world.post("/shipments", "k3", body));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "of two at once one is made");
    let made = if one.status == 201 { one } else { two };
    let to = paid.delivery.unwrap();
    assert_eq!(
        (made.text("/data/to/name"), made.text("/data/to/line1")),
        (to.name.as_str().to_owned(), to.line1.as_str().to_owned())
    );
}

#[tokio::test]
async fn what_the_carrier_refuses_stays_refused() {
    let world = World::sending().await;
    let mut dear = world.to_buy();
    dear["maxPrice"] = json!({ "amount": 606, "currency": "USD" });
    for _ in 0..2 {
        let refused = world.post("/shipments", "k1", dear.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, "CARRIER_REFUSED"));
        assert!(refused.text("/detail").contains("maxPrice"), "{}", refused.snapshot());
    }
    let listed = world.get("/shipments").await;
    assert_eq!((listed.text("/data/0/state"), world.carriers.sold()), ("failed".to_owned(), 0));
    assert_eq!(world.told().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_was_handed_in_is_recorded_and_a_code_is_of_one_parcel() {
    let world = World::sending().await;
    let made = world.post("/shipments", "k1", world.to_record("SOC1")).await;
    assert_eq!((made.status.as_u16(), made.text("/data/state")), (201, "ready".to_owned()), "{}", made.snapshot());
    assert_eq!(made.at("/data/parcels/0/labelUrl"), json!(null));
    let twice = world.post("/shipments", "k2", world.to_record("soc1")).await;
    assert_eq!((twice.status.as_u16(), twice.text("/code").as_str()), (409, "TRACKING_CODE_TAKEN"));
    assert_eq!(world.told().await, ["shipment.created"]);
    let tracking = world.get(&format!("/tracking/{}", made.text("/data/id"))).await;
    assert_eq!((tracking.text("/data/status"), tracking.at("/data/events")), ("unknown".to_owned(), json!([])));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::sending().await;
    let with = |field: &str, value: serde_json::Value| {
        let mut body = world.to_buy();
        body[field] = value;
        body
    };
    for (key, body, status, code) in [
        ("k1", with("to", bandung()), 422, "SHIPMENT_INVALID"),
        ("k2", with("parcels", json!([])), 422, "SHIPMENT_INVALID"),
        ("k3", with("courier", json!(null)), 422, "SHIPMENT_INVALID"),
        ("k4", with("carrier", json!("own")), 422, "SHIPMENT_INVALID"),
        ("k5", with("from", json!("moon")), 409, "NO_SHIPPING_ORIGIN"),
        ("k6", with("customerId", json!("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X")), 404, "NOT_FOUND"),
        ("k7", with("parcels", json!([{ "weightGrams": 0 }])), 422, "VALIDATION_FAILED"),
    ] {
        let refused = world.post("/shipments", key, body).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (status, code), "{key}");
    }
    let bare = World::open().await;
    bare.put_zones(crate::world::zones()).await;
    let refused = bare.post("/shipments", "k1", bare.to_buy()).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "CARRIER_NOT_CONFIGURED"));
    assert_eq!(bare.get("/shipments").await.at("/data"), json!([]), "nothing is left of it");
}

#[tokio::test]
async fn customers_see_their_own_and_no_label() {
    let world = World::sending().await;
    let made = world.post("/shipments", "k1", world.to_buy()).await;
    let id = made.text("/data/id");
    let budi = world.stack.user(world.owner.scope, "budi@example.com", Role::User).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    for path in [format!("/api/v1/shipping/shipments/{id}"), format!("/api/v1/shipping/tracking/{id}")] {
        for token in [&budi.token, &stranger.token] {
            assert_eq!(world.client.get(path.clone()).bearer(token).send().await.status, 404, "{path}");
        }
    }
    let listed = world.client.get("/api/v1/shipping/shipments").bearer(&budi.token).send().await;
    assert_eq!(listed.at("/data"), json!([]));
    let call = world.client.post("/api/v1/shipping/shipments", world.to_buy()).bearer(&budi.token);
    assert_eq!(call.idempotency_key("k2").send().await.status, 403);
    // Whoever acts for the customer sees it, without what is the shop's.
    let customers = customers::Customers::new(world.stack.ctx().table(), world.owner.scope);
    let found = customers.get(world.customer).await.unwrap().unwrap().trusted("a test");
    let changed = found.clone().with_user(budi.user, world.stack.ctx().now()).unwrap().unwrap();
    let mut transaction = table::Transaction::new();
    let acts_for = customers.of_user(budi.user).await.unwrap().with(world.customer).unwrap();
    customers.save_acts_for(&mut transaction, budi.user, &acts_for).unwrap();
    customers.save(&mut transaction, &found, &changed).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
    let shown = world.client.get(format!("/api/v1/shipping/shipments/{id}")).bearer(&budi.token).send().await;
    assert_eq!(shown.status, 200, "{}", shown.snapshot());
    assert_eq!((shown.at("/data/cost"), shown.at("/data/parcels/0/labelUrl")), (json!(null), json!(null)));
    assert_eq!(shown.at("/data/to/name"), san_francisco()["name"]);
}
