//! What becomes of the other ways to pay an invoice that asks for nothing any more.

use kernel::{PaymentId, Provider};
use payments::{Method, Payment, Payments, Status};
use serde_json::{Value, json};
use table::Transaction;
use testkit::ScriptedStripe;

use crate::world::{INVOICE, World, deliver_to};

/// As the bus delivers it.
fn told(world: &World, name: &str, data: &Value) -> Value {
    json!({ "detail": {
        "id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": name, "version": 1, "tenantId": world.tenant,
        "occurredAt": world.stack.ctx().now(), "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subject": INVOICE,
        "subjectVersion": 2, "audience": "public", "data": data,
    } })
}

async fn paid(world: &World) -> Value {
    let payment = world.payment().await;
    told(
        world,
        "invoice.paid",
        &json!({ "invoiceId": INVOICE, "customerId": payment.payer, "number": "INV-2026-11-0001",
            "total": payment.amount, "paidAt": payment.updated_at }),
    )
}

#[tokio::test]
async fn an_invoice_that_is_paid_can_be_paid_by_no_other_way() {
    let world = World::open().await;
    let message = paid(&world).await;
    for _ in 0..2 {
        assert!(deliver_to(world.stack.ctx(), &message).await);
    }
    assert_eq!(world.payment().await.status, Status::Cancelled);
    assert_eq!(world.events("2026112101").await, ["payment.cancelled"]);
    assert_eq!(world.on_agenda().await, None);
}

#[tokio::test]
async fn one_that_was_paid_at_the_same_time_counts() {
    let world = World::open().await;
    world.midtrans.set(&world.order(), "settlement");
    assert!(deliver_to(world.stack.ctx(), &paid(&world).await).await);
    assert_eq!(world.payment().await.status, Status::Success);
}

#[tokio::test]
async fn one_that_nobody_was_asked_for_is_over() {
    let world = World::begun().await;
    assert!(deliver_to(world.stack.ctx(), &paid(&world).await).await);
    assert_eq!((world.payment().await.status, world.midtrans.charges()), (Status::Cancelled, 0));
}

#[tokio::test]
async fn a_provider_out_of_reach_brings_the_event_again() {
    let world = World::open().await;
    world.midtrans.refuse_with(503);
    assert!(!deliver_to(world.stack.ctx(), &paid(&world).await).await);
    assert_eq!(world.payment().await.status, Status::Pending);
}

/// A newer payment of the invoice, by a card at Stripe.
async fn beside_it_by_card(world: &World) -> PaymentId {
    world.stack.secrets.put(format!("ruko/test/tenants/{}/stripe", world.tenant), ScriptedStripe::account());
    let id: PaymentId = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W3X".parse().unwrap();
    let (provider, method) = (Provider::Stripe, Method::Card);
    let newer = Payment { id, provider, method, transaction_id: Some("pi_1".to_owned()), ..world.payment().await };
    let mut transaction = Transaction::new();
    let payments = Payments::new(world.stack.ctx().table(), world.scope());
    payments.insert(&mut transaction, &Payment { version: 1, ..newer }).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
    id
}

/// The newest is called off first: what its provider cannot do keeps no older one open.
#[tokio::test]
async fn one_that_cannot_be_called_off_keeps_no_other_one_open() {
    for (code, comes_again) in [(503, true), (401, false)] {
        let world = World::open().await;
        let newer = beside_it_by_card(&world).await;
        world.stripe.fail_with(code);
        assert_eq!(deliver_to(world.stack.ctx(), &paid(&world).await).await, !comes_again, "{code}");
        assert_eq!(world.payment().await.status, Status::Cancelled, "{code}");
        let payments = Payments::new(world.stack.ctx().table(), world.scope());
        let newer = payments.get(newer).await.unwrap().unwrap().trusted("a test looks at it");
        assert_eq!(newer.status, Status::Pending, "{code}");
    }
}
