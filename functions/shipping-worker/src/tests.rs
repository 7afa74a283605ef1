use cloud::config::ProviderUrls;
use kernel::{CustomerId, Party, Timestamp};
use serde_json::json;
use shipping::{NewShipment, Parcel, ShipmentState, ShippingAddress, ShippingCarrier, TrackingCode};
use table::TenantScope;
use testkit::{Fault, ScriptedCarriers, Stack};
use ulid::Ulid;

use super::*;

struct World {
    stack: Stack,
    carriers: ScriptedCarriers,
    scope: TenantScope,
    id: ShipmentId,
}

fn address() -> ShippingAddress {
    serde_json::from_value(json!({
        "name": "Budi", "phone": "+6281234567890", "line1": "Jl. Braga 10", "city": "Bandung", "postalCode": "40111",
        "country": "ID"
    }))
    .unwrap()
}

impl World {
    /// A shipment: of a code that is known, or one whose label is to be bought.
    async fn open(carrier: ShippingCarrier, code: Option<&str>) -> Self {
        let (carriers, url) = ScriptedCarriers::serve().await;
        let urls = ProviderUrls { easypost: Some(url.clone()), rajaongkir: Some(url), ..ProviderUrls::default() };
        let stack = Stack::with(urls).await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (scope, id) = (owner.scope, ShipmentId::new(Ulid::from(1_u128)));
        let world = Self { stack, carriers, scope, id };
        world.key("rajaongkir", ScriptedCarriers::RAJAONGKIR);
        world.key("easypost", ScriptedCarriers::EASYPOST);
        let parcel = Parcel { weight: 1200.try_into().unwrap(), sides: None };
        let (courier, service) = match carrier {
            ShippingCarrier::EasyPost => ("USPS", "GroundAdvantage"),
            ShippingCarrier::Own | ShippingCarrier::RajaOngkir => ("jne", "REG"),
        };
        let new = NewShipment {
            id,
            party: Party::Customer(CustomerId::new(Ulid::from(2_u128))),
            order_id: None,
            carrier,
            courier: Some(courier.to_owned().try_into().unwrap()),
            service: Some(service.to_owned().try_into().unwrap()),
            from: address(),
            to: address(),
            parcels: vec![(parcel, code.map(|code| TrackingCode::try_from(code.to_owned()).unwrap()))],
            max_price: None,
        };
        let ctx = world.stack.ctx();
        let cause = Cause::from(RequestId::new(ctx.new_ulid()));
        let forwarder = Forwarder { ctx, scope, cause: &cause };
        let by = accounts::told_by(ctx, scope, carrier).await.unwrap();
        let mut transaction = Transaction::new();
        forwarder.insert(&mut transaction, &Shipment::plan(new, ctx.now()).unwrap(), by).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        world
    }

    fn key(&self, carrier: &str, secret: &str) {
        let prefix = self.stack.ctx().config().secrets.tenant_prefix.clone().unwrap();
        self.stack.secrets.put(format!("{prefix}{}/{carrier}", self.scope.tenant()), secret);
    }

    async fn remove_key(&self, carrier: &str) {
        let prefix = self.stack.ctx().config().secrets.tenant_prefix.clone().unwrap();
        let name = format!("{prefix}{}/{carrier}", self.scope.tenant());
        cloud::Secrets::delete(&*self.stack.secrets, &name).await.unwrap();
    }

    async fn shipment(&self) -> Shipment {
        let shipments = shipping::Shipments::new(self.stack.ctx().table(), self.scope);
        shipments.get(self.id).await.unwrap().unwrap().trusted("a test")
    }

    /// When the shipment is due.
    async fn due(&self) -> Option<Timestamp> {
        let rows = self.stack.rows().await;
        let key = format!("DUE#shipment_work#{}", self.id);
        let row = rows.iter().find(|row| row["PK"].as_str().is_some_and(|pk| pk.ends_with(&key)))?;
        Some(row["at"].as_str().unwrap().parse().unwrap())
    }

    /// Lets its time come, and says whether the work was done.
    async fn deliver(&self, ctx: &Ctx) -> bool {
        let at = self.due().await.unwrap();
        self.stack.set_clock(&at.to_string());
        self.hand(ctx, at, DueKind::ShipmentWork).await
    }

    async fn hand(&self, ctx: &Ctx, at: Timestamp, kind: DueKind) -> bool {
        let due = Due { tenant_id: self.scope.tenant(), kind, id: self.id.to_string(), at };
        let Function::Event(handle) = function(ctx.clone()) else { panic!("not woken by events") };
        let record = json!({
            "messageId": "1", "body": json!(due).to_string(), "attributes": {}, "messageAttributes": {}
        });
        handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
    }

    async fn told(&self) -> Vec<String> {
        let rows = self.stack.rows().await;
        let types = rows.iter().filter_map(|row| row["type"].as_str());
        types.filter(|name| name.starts_with("shipment.")).map(str::to_owned).collect()
    }
}

fn stop(at: &str) -> serde_json::Value {
    json!({ "manifest_description": "Manifested", "manifest_date": at, "manifest_time": "03:41", "city_name": "SOLO" })
}

#[tokio::test]
async fn a_carrier_that_calls_nobody_is_asked_until_it_is_delivered() {
    let world = World::open(ShippingCarrier::RajaOngkir, Some("SOC1")).await;
    assert_eq!(world.due().await.unwrap().to_string(), "2026-11-21T02:00:00.000Z", "in an hour");
    assert!(world.deliver(world.stack.ctx()).await, "it knows nothing yet");
    assert_eq!(world.due().await.unwrap().to_string(), "2026-11-21T04:00:00.000Z", "two hours later");
    world.carriers.set_waybill("SOC1", json!({ "manifest": [stop("2026-11-21")] }));
    assert!(world.deliver(world.stack.ctx()).await);
    assert_eq!(world.shipment().await.status.as_str(), "in_transit");
    let delivered = json!({ "status": "DELIVERED", "pod_date": "2026-11-22", "pod_time": "14:44" });
    world.carriers.set_waybill(
        "SOC1",
        json!({ "delivered": true, "manifest": [stop("2026-11-21")], "delivery_status": delivered }),
    );
    assert!(world.deliver(world.stack.ctx()).await);
    assert_eq!(world.shipment().await.status.as_str(), "delivered");
    assert_eq!(world.told().await, ["shipment.created", "shipment.updated", "shipment.updated"]);
    let events = shipping::Shipments::new(world.stack.ctx().table(), world.scope).events(world.id).await.unwrap();
    assert_eq!(events.len(), 2, "what was seen before is not seen again");
    // And at the end nobody knows any more who sent to whom.
    let asked = world.carriers.asked().len();
    assert!(world.deliver(world.stack.ctx()).await);
    assert_eq!((world.shipment().await.people, world.due().await, world.carriers.asked().len()), (None, None, asked));
    // Nor what the carrier wrote; and what it writes later is not kept.
    let shipments = shipping::Shipments::new(world.stack.ctx().table(), world.scope);
    let words = async || {
        let events = shipments.events(world.id).await.unwrap();
        events.into_iter().map(|event| (event.status.as_str(), event.words)).collect::<Vec<_>>()
    };
    let bare = || shipping::TrackingWords::default();
    assert_eq!(words().await, [("in_transit", bare()), ("delivered", bare())]);
    let ctx = world.stack.ctx();
    let cause = Cause::from(RequestId::new(ctx.new_ulid()));
    let forwarder = Forwarder { ctx, scope: world.scope, cause: &cause };
    let late = shipping::TrackingNews {
        status: shipping::TrackingStatus::Delivered,
        at: ctx.now(),
        message: "Signed for by BUDI".to_owned(),
        place: Some("BANDUNG".to_owned()),
    };
    for _ in 0..2 {
        forwarder.follow((world.id, 0), std::slice::from_ref(&late), ToldBy::Asking).await.unwrap();
    }
    let delivered = ("delivered", bare());
    assert_eq!(words().await, [("in_transit", bare()), delivered.clone(), delivered]);
}

#[tokio::test]
async fn of_two_who_buy_a_label_at_once_one_does() {
    let world = World::open(ShippingCarrier::EasyPost, None).await;
    let (at, ctx) = (world.due().await.unwrap(), world.stack.ctx());
    world.stack.set_clock(&at.to_string());
    let hand = || world.hand(ctx, at, DueKind::ShipmentWork);
    let _either_or_both = tokio::join!(hand(), hand(), hand());
    let made = world.shipment().await;
    assert_eq!((made.state, world.carriers.sold()), (ShipmentState::Ready, 1));
    assert_eq!(world.told().await, ["shipment.created"]);

    let world = World::open(ShippingCarrier::EasyPost, None).await;
    let leased = world.shipment().await.leased(world.stack.ctx().now()).unwrap();
    let mut transaction = Transaction::new();
    shipping::Shipments::new(world.stack.ctx().table(), world.scope).save(&mut transaction, &leased).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
    let at = world.due().await.unwrap();
    assert!(!world.hand(world.stack.ctx(), at, DueKind::ShipmentWork).await, "its message comes again");
    assert_eq!(world.carriers.sold(), 0);
    assert!(world.deliver(world.stack.ctx()).await, "ten minutes later");
    assert_eq!((world.shipment().await.state, world.carriers.sold()), (ShipmentState::Ready, 1));
}

#[tokio::test]
async fn of_an_erased_recipient_nothing_is_known_once_it_is_delivered() {
    let world = World::open(ShippingCarrier::RajaOngkir, Some("SOC1")).await;
    let ctx = world.stack.ctx();
    let erased = world.shipment().await.of_erased(ctx.now()).unwrap();
    let mut transaction = Transaction::new();
    shipping::Shipments::new(ctx.table(), world.scope).save(&mut transaction, &erased).unwrap();
    agenda::set(&mut transaction, world.scope, DueKind::ShipmentWork, world.id, ctx.now()).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    assert!(world.deliver(ctx).await);
    assert!(world.shipment().await.people.is_some(), "it is on its way");
    let delivered = json!({ "status": "DELIVERED", "pod_date": "2026-11-22", "pod_time": "14:44" });
    world.carriers.set_waybill("SOC1", json!({ "delivered": true, "manifest": [], "delivery_status": delivered }));
    assert!(world.deliver(ctx).await);
    assert_eq!(world.shipment().await.status.as_str(), "delivered");
    assert!(world.deliver(ctx).await);
    assert_eq!((world.shipment().await.people, world.due().await), (None, None));
}

#[tokio::test]
async fn a_purchase_that_nobody_finished_is_finished_once() {
    let calls = {
        let world = World::open(ShippingCarrier::EasyPost, None).await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(world.deliver(&ctx).await);
        assert_eq!((world.shipment().await.state, world.carriers.sold()), (ShipmentState::Ready, 1));
        table.calls()
    };
    assert!(calls >= 2, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open(ShippingCarrier::EasyPost, None).await;
        world.carriers.lose_sales(1);
        let (at, (ctx, _)) = (world.due().await.unwrap(), world.stack.breaking(Some(fault)));
        world.deliver(&ctx).await;
        // The lease of whoever died ends.
        world.stack.set_clock(&at.plus(jiff::SignedDuration::from_secs(61)).to_string());
        assert!(world.hand(world.stack.ctx(), at, DueKind::ShipmentWork).await, "{fault:?}");
        assert_eq!((world.shipment().await.state, world.carriers.sold()), (ShipmentState::Ready, 1), "{fault:?}");
        assert_eq!(world.told().await, ["shipment.created"], "{fault:?}");
    }
}

#[tokio::test]
async fn a_carrier_that_is_away_is_no_reason_to_buy_again_or_to_ask_no_more() {
    let world = World::open(ShippingCarrier::EasyPost, None).await;
    world.carriers.refuse_with(503);
    assert!(!world.deliver(world.stack.ctx()).await, "the message comes again");
    world.carriers.refuse_with(401);
    assert!(world.deliver(world.stack.ctx()).await, "the key is looked at tomorrow");
    assert_eq!(world.due().await.unwrap().to_string(), "2026-11-22T01:10:00.000Z");
    world.carriers.refuse_with(0);
    assert!(world.deliver(world.stack.ctx()).await);
    assert_eq!(world.shipment().await.state, ShipmentState::Ready);
    let world = World::open(ShippingCarrier::RajaOngkir, Some("SOC1")).await;
    world.carriers.refuse_with(503);
    assert!(world.deliver(world.stack.ctx()).await);
    assert_eq!(world.due().await.unwrap().to_string(), "2026-11-21T04:00:00.000Z");
}

#[tokio::test]
async fn a_purchase_without_a_key_has_failed_after_three_days() {
    for take_key_away in [true, false] {
        let world = World::open(ShippingCarrier::EasyPost, None).await;
        if take_key_away {
            world.remove_key("easypost").await;
        } else {
            world.carriers.refuse_with(401);
        }
        for _ in 0..3 {
            assert!(world.deliver(world.stack.ctx()).await);
            assert_eq!(world.shipment().await.state, ShipmentState::Buying);
        }
        assert_eq!(world.due().await.unwrap().to_string(), "2026-11-24T01:10:00.000Z");
        assert!(world.deliver(world.stack.ctx()).await);
        let failed = world.shipment().await;
        let refusal = failed.people.clone().and_then(|people| people.refusal);
        assert_eq!((failed.state, refusal.as_deref()), (ShipmentState::Failed, Some(NO_KEY)));
        world.key("easypost", ScriptedCarriers::EASYPOST);
        world.carriers.refuse_with(0);
        assert!(world.deliver(world.stack.ctx()).await, "it is only forgotten, 90 days later");
        assert_eq!((world.shipment().await.people, world.carriers.sold()), (None, 0));
        assert_eq!(world.told().await, [""; 0]);
    }
}

#[tokio::test]
async fn what_the_carrier_refuses_is_not_tried_again() {
    let world = World::open(ShippingCarrier::EasyPost, None).await;
    world.carriers.refuse_with(422);
    assert!(world.deliver(world.stack.ctx()).await);
    assert_eq!(world.shipment().await.state, ShipmentState::Failed);
    assert_eq!(world.due().await.unwrap().to_string(), "2027-02-19T01:10:00.000Z", "forgotten after 90 days");
    assert!(!world.hand(world.stack.ctx(), world.due().await.unwrap(), DueKind::TrialEnd).await, "another's work");
}
