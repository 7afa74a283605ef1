//! What becomes of the other ways to pay an invoice that asks for nothing any more.

use payments::Status;
use serde_json::{Value, json};

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
