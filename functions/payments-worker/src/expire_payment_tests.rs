//! How payments end of which nobody tells.

use payments::{Method, NextAction, Payment, Status};
use serde_json::json;
use testkit::Fault;

use crate::world::{DUE, World, deliver_to};

const HOUR: &str = "2026112201";
/// When its provider is asked about it first.
const FIRST: &str = "2026-11-21T01:15:00.000Z";

#[tokio::test]
async fn a_payer_who_let_the_time_pass_is_told_once() {
    let world = World::open().await;
    assert_eq!(world.on_agenda().await.as_deref(), Some(FIRST), "a quarter of an hour after it was begun");
    world.stack.set_clock(DUE);
    world.midtrans.set(&world.order(), "expire");
    for _ in 0..3 {
        assert!(world.deliver().await);
    }
    let payment = world.payment().await;
    assert_eq!((payment.status, payment.next_action), (Status::Expired, None));
    assert_eq!(world.events(HOUR).await, ["payment.expired"]);
    assert_eq!((world.on_agenda().await, world.midtrans.asked()), (None, 1));
}

#[tokio::test]
async fn money_of_which_no_notification_came_settles_its_invoice() {
    let world = World::open().await;
    world.stack.set_clock(DUE);
    world.midtrans.set(&world.order(), "settlement");
    assert!(world.deliver().await && world.deliver().await);
    assert_eq!(world.payment().await.status, Status::Success);
    assert_eq!(world.invoice_status().await, billing::InvoiceStatus::Paid);
    assert_eq!(world.events(HOUR).await, ["invoice.paid", "payment.succeeded"]);
    assert_eq!(world.on_agenda().await, None);
}

#[tokio::test]
async fn who_was_never_asked_for_the_money_owes_it_another_time() {
    let world = World::begun().await;
    // Begun at 2026-11-21 01:00. Whoever began it may still do so.
    assert_eq!(world.on_agenda().await.as_deref(), Some(FIRST));
    world.stack.set_clock(FIRST);
    assert!(world.deliver().await);
    assert_eq!(
        (world.payment().await.status, world.on_agenda().await.as_deref()),
        (Status::Pending, Some("2026-11-21T01:30:00.000Z"))
    );
    world.stack.set_clock(DUE);
    assert!(world.deliver().await);
    assert_eq!(world.payment().await.status, Status::Cancelled);
    assert_eq!(world.events(HOUR).await, ["payment.cancelled"]);
    assert_eq!((world.on_agenda().await, world.midtrans.charges()), (None, 0));
}

/// A page of which Midtrans tells nobody that its time is over.
#[tokio::test]
async fn a_page_where_nobody_chose_anything_expires_unheard() {
    let world = World::begun().await;
    let begun = world.payment().await;
    let page = NextAction::Redirect { url: "https://app.sandbox.midtrans.com/snap/v4/redirection/page-1".to_owned() };
    let shown = Payment {
        method: Method::MidtransPage,
        next_action: Some(page),
        expires_at: Some("2026-11-22T01:00:00Z".parse().unwrap()),
        version: begun.version + 1,
        ..begun
    };
    world.save(&shown).await;
    world.stack.set_clock(FIRST);
    assert!(world.deliver().await);
    assert_eq!(world.payment().await.status, Status::Pending, "nobody knows it, which is no failure");
    world.stack.set_clock(DUE);
    assert!(world.deliver().await);
    let payment = world.payment().await;
    assert_eq!((payment.status, payment.next_action), (Status::Expired, None));
    assert_eq!((world.events(HOUR).await, world.on_agenda().await), (vec!["payment.expired".to_owned()], None));
}

#[tokio::test]
async fn what_its_provider_still_waits_for_is_asked_about_every_hour() {
    let world = World::open().await;
    world.stack.set_clock(DUE);
    assert!(world.deliver().await);
    assert_eq!(world.on_agenda().await.as_deref(), Some("2026-11-22T02:05:00.000Z"));
    assert_eq!(world.payment().await.status, Status::Pending);
    // The message of before comes again: too early, nobody is asked.
    let again = json!({ "tenantId": world.tenant, "kind": "payment_expiry", "id": world.payment, "at": DUE });
    assert!(deliver_to(world.stack.ctx(), &again).await);
    world.stack.set_clock("2026-11-22T02:05:00Z");
    world.midtrans.set(&world.order(), "expire");
    assert!(world.deliver().await);
    assert_eq!((world.payment().await.status, world.on_agenda().await), (Status::Expired, None));
}

/// Stripe waits for a payer as long as nobody ends the payment.
#[tokio::test]
async fn what_its_provider_leaves_to_the_merchant_is_ended_after_a_day() {
    let world = World::at_stripe().await;
    assert_eq!(world.on_agenda().await.as_deref(), Some(FIRST), "it is asked about until then");
    world.stack.set_clock(DUE);
    assert!(world.deliver().await && world.deliver().await);
    assert_eq!((world.payment().await.status, world.on_agenda().await), (Status::Expired, None));
    assert_eq!(world.events(HOUR).await, ["payment.expired"]);
    let intent = world.stripe.intent(&world.order());
    assert_eq!((&intent["status"], &intent["cancellation_reason"]), (&json!("canceled"), &json!("abandoned")));
}

#[tokio::test]
async fn money_that_came_in_meanwhile_is_not_ended() {
    let world = World::at_stripe().await;
    world.stripe.pay(&world.order());
    // Stripe is asked by its own name: its search may know nothing yet.
    world.stripe.search_lags(true);
    world.stack.set_clock(DUE);
    assert!(world.deliver().await);
    assert_eq!(world.payment().await.status, Status::Success);
    assert_eq!(world.events(HOUR).await, ["invoice.paid", "payment.succeeded"]);
}

#[tokio::test]
async fn before_its_time_nobody_is_asked() {
    let world = World::open().await;
    world.stack.set_clock("2026-11-21T01:14:59.999Z");
    assert!(world.deliver().await);
    assert_eq!((world.midtrans.asked(), world.on_agenda().await.as_deref()), (0, Some(FIRST)));
}

#[tokio::test]
async fn a_provider_out_of_reach_brings_the_work_again() {
    let world = World::open().await;
    world.stack.set_clock(DUE);
    world.midtrans.refuse_with(503);
    assert!(!world.deliver().await);
    assert_eq!((world.payment().await.status, world.on_agenda().await.as_deref()), (Status::Pending, Some(FIRST)));
    world.midtrans.refuse_with(0);
    world.midtrans.set(&world.order(), "expire");
    assert!(world.deliver().await);
    assert_eq!(world.payment().await.status, Status::Expired);
}

#[tokio::test]
async fn keys_that_do_not_work_are_tried_again_the_next_day() {
    let world = World::open().await;
    world.stack.set_clock(DUE);
    world.midtrans.refuse_with(401);
    assert!(world.deliver().await);
    assert_eq!(world.on_agenda().await.as_deref(), Some("2026-11-23T01:05:00.000Z"));
}

#[tokio::test]
async fn what_cannot_be_kept_for_a_person_stays_on_the_agenda() {
    let world = World::open().await;
    world.stack.set_clock(DUE);
    world.midtrans.set(&world.order(), "settlement");
    world.midtrans.claim("x");
    let message = json!({ "tenantId": world.tenant, "kind": "payment_expiry", "id": world.payment, "at": FIRST });
    // One read, and then the write that keeps it.
    let (ctx, _) = world.stack.breaking(Some(Fault::Before(1)));
    assert!(!deliver_to(&ctx, &message).await);
    assert_eq!((world.set_aside().await.len(), world.on_agenda().await.as_deref()), (0, Some(FIRST)));
    assert!(deliver_to(world.stack.ctx(), &message).await);
    assert_eq!((world.set_aside().await.len(), world.on_agenda().await), (1, None));
}

#[tokio::test]
async fn money_of_which_a_part_went_back_before_it_was_heard_of_is_booked_and_the_rest_is_for_a_person() {
    let world = World::open().await;
    world.stack.set_clock(DUE);
    world.midtrans.set(&world.order(), "partial_refund");
    assert!(world.deliver().await && world.deliver().await);
    assert_eq!(world.payment().await.status, Status::Success);
    assert_eq!(world.invoice_status().await, billing::InvoiceStatus::Paid);
    assert_eq!((world.set_aside().await.len(), world.on_agenda().await), (1, None));
}

#[tokio::test]
async fn a_tenant_without_keys_is_asked_about_the_next_day() {
    let world = World::open().await;
    world.stack.secrets.put(format!("ruko/test/tenants/{}/midtrans", world.tenant), "{}");
    world.stack.set_clock(DUE);
    assert!(world.deliver().await);
    assert_eq!(world.on_agenda().await.as_deref(), Some("2026-11-23T01:05:00.000Z"));
}

#[tokio::test]
async fn an_answer_about_another_amount_is_kept_for_a_person() {
    let world = World::open().await;
    world.stack.set_clock(DUE);
    world.midtrans.set(&world.order(), "settlement");
    world.midtrans.claim("1.00");
    assert!(world.deliver().await && world.deliver().await);
    assert_eq!((world.payment().await.status, world.set_aside().await.len()), (Status::Pending, 1));
    assert_eq!(world.on_agenda().await, None);
}

#[tokio::test]
async fn a_death_anywhere_ends_in_one_booking() {
    let message =
        |world: &World| json!({ "tenantId": world.tenant, "kind": "payment_expiry", "id": world.payment, "at": DUE });
    let calls = {
        let world = paid().await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(deliver_to(&ctx, &message(&world)).await);
        table.calls()
    };
    assert!(calls >= 3, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = paid().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        assert!(!deliver_to(&ctx, &message(&world)).await, "{fault:?}");
        assert!(deliver_to(&ctx, &message(&world)).await, "{fault:?}");
        assert_eq!(world.events(HOUR).await, ["invoice.paid", "payment.succeeded"], "{fault:?}");
        assert_eq!((world.invoice_status().await, world.on_agenda().await), (billing::InvoiceStatus::Paid, None));
    }
}

async fn paid() -> World {
    let world = World::open().await;
    world.stack.set_clock(DUE);
    world.midtrans.set(&world.order(), "settlement");
    world
}
