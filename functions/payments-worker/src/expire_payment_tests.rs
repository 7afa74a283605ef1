//! How payments end of which nobody tells.

use payments::Status;
use serde_json::json;
use testkit::Fault;

use crate::scene::{DUE, Scene, deliver_to};

const HOUR: &str = "2026112201";

#[tokio::test]
async fn a_payer_who_let_the_time_pass_is_told_once() {
    let scene = Scene::open().await;
    assert_eq!(scene.on_agenda().await.as_deref(), Some(DUE), "five minutes after the payer's time");
    scene.stack.set_clock(DUE);
    scene.midtrans.set(&scene.order(), "expire");
    for _ in 0..3 {
        assert!(scene.deliver().await);
    }
    let payment = scene.payment().await;
    assert_eq!((payment.status, payment.next_action), (Status::Expired, None));
    assert_eq!(scene.events(HOUR).await, ["payment.expired"]);
    assert_eq!((scene.on_agenda().await, scene.midtrans.asked()), (None, 1));
}

#[tokio::test]
async fn money_of_which_no_notification_came_settles_its_invoice() {
    let scene = Scene::open().await;
    scene.stack.set_clock(DUE);
    scene.midtrans.set(&scene.order(), "settlement");
    assert!(scene.deliver().await && scene.deliver().await);
    assert_eq!(scene.payment().await.status, Status::Success);
    assert_eq!(scene.invoice_status().await, billing::InvoiceStatus::Paid);
    assert_eq!(scene.events(HOUR).await, ["payment.succeeded"]);
    assert_eq!(scene.on_agenda().await, None);
}

#[tokio::test]
async fn who_was_never_asked_for_the_money_owes_it_another_time() {
    let scene = Scene::begun().await;
    // Begun at 2026-11-21 01:00.
    assert_eq!(scene.on_agenda().await.as_deref(), Some(DUE));
    scene.stack.set_clock(DUE);
    assert!(scene.deliver().await);
    assert_eq!(scene.payment().await.status, Status::Cancelled);
    assert_eq!(scene.events(HOUR).await, ["payment.cancelled"]);
    assert_eq!((scene.on_agenda().await, scene.midtrans.charges()), (None, 0));
}

#[tokio::test]
async fn what_its_provider_still_waits_for_is_asked_about_every_hour() {
    let scene = Scene::open().await;
    scene.stack.set_clock(DUE);
    assert!(scene.deliver().await);
    assert_eq!(scene.on_agenda().await.as_deref(), Some("2026-11-22T02:05:00.000Z"));
    assert_eq!(scene.payment().await.status, Status::Pending);
    // The message of before comes again: too early, nobody is asked.
    let again = json!({ "tenantId": scene.tenant, "kind": "payment_expiry", "id": scene.payment, "at": DUE });
    assert!(deliver_to(scene.stack.ctx(), &again).await);
    scene.stack.set_clock("2026-11-22T02:05:00Z");
    scene.midtrans.set(&scene.order(), "expire");
    assert!(scene.deliver().await);
    assert_eq!((scene.payment().await.status, scene.on_agenda().await), (Status::Expired, None));
}

#[tokio::test]
async fn before_its_time_nobody_is_asked() {
    let scene = Scene::open().await;
    let early = "2026-11-22T01:04:59.999Z";
    scene.stack.set_clock(early);
    assert!(scene.deliver().await);
    assert_eq!((scene.midtrans.asked(), scene.on_agenda().await.as_deref()), (0, Some(DUE)));
}

#[tokio::test]
async fn a_provider_out_of_reach_brings_the_work_again() {
    let scene = Scene::open().await;
    scene.stack.set_clock(DUE);
    scene.midtrans.refuse_with(503);
    assert!(!scene.deliver().await);
    assert_eq!((scene.payment().await.status, scene.on_agenda().await.as_deref()), (Status::Pending, Some(DUE)));
    scene.midtrans.refuse_with(0);
    scene.midtrans.set(&scene.order(), "expire");
    assert!(scene.deliver().await);
    assert_eq!(scene.payment().await.status, Status::Expired);
}

#[tokio::test]
async fn keys_that_do_not_work_are_tried_again_the_next_day() {
    let scene = Scene::open().await;
    scene.stack.set_clock(DUE);
    scene.midtrans.refuse_with(401);
    assert!(scene.deliver().await);
    assert_eq!(scene.on_agenda().await.as_deref(), Some("2026-11-23T01:05:00.000Z"));
}

#[tokio::test]
async fn what_cannot_be_kept_for_a_person_stays_on_the_agenda() {
    let scene = Scene::open().await;
    scene.stack.set_clock(DUE);
    scene.midtrans.set(&scene.order(), "settlement");
    scene.midtrans.claim("x");
    let message = json!({ "tenantId": scene.tenant, "kind": "payment_expiry", "id": scene.payment, "at": DUE });
    // One read, and then the write that keeps it.
    let (ctx, _) = scene.stack.breaking(Some(Fault::Before(1)));
    assert!(!deliver_to(&ctx, &message).await);
    assert_eq!((scene.set_aside().await.len(), scene.on_agenda().await.as_deref()), (0, Some(DUE)));
    assert!(deliver_to(scene.stack.ctx(), &message).await);
    assert_eq!((scene.set_aside().await.len(), scene.on_agenda().await), (1, None));
}

#[tokio::test]
async fn money_of_which_a_part_went_back_before_it_was_heard_of_is_booked_and_the_rest_is_for_a_person() {
    let scene = Scene::open().await;
    scene.stack.set_clock(DUE);
    scene.midtrans.set(&scene.order(), "partial_refund");
    assert!(scene.deliver().await && scene.deliver().await);
    assert_eq!(scene.payment().await.status, Status::Success);
    assert_eq!(scene.invoice_status().await, billing::InvoiceStatus::Paid);
    assert_eq!((scene.set_aside().await.len(), scene.on_agenda().await), (1, None));
}

#[tokio::test]
async fn a_tenant_without_keys_is_asked_about_the_next_day() {
    let scene = Scene::open().await;
    scene.stack.secrets.put(format!("ruko/test/tenants/{}/midtrans", scene.tenant), "{}");
    scene.stack.set_clock(DUE);
    assert!(scene.deliver().await);
    assert_eq!(scene.on_agenda().await.as_deref(), Some("2026-11-23T01:05:00.000Z"));
}

#[tokio::test]
async fn an_answer_about_another_amount_is_kept_for_a_person() {
    let scene = Scene::open().await;
    scene.stack.set_clock(DUE);
    scene.midtrans.set(&scene.order(), "settlement");
    scene.midtrans.claim("1.00");
    assert!(scene.deliver().await && scene.deliver().await);
    assert_eq!((scene.payment().await.status, scene.set_aside().await.len()), (Status::Pending, 1));
    assert_eq!(scene.on_agenda().await, None);
}

#[tokio::test]
async fn a_death_anywhere_ends_in_one_booking() {
    let message =
        |scene: &Scene| json!({ "tenantId": scene.tenant, "kind": "payment_expiry", "id": scene.payment, "at": DUE });
    let calls = {
        let scene = paid().await;
        let (ctx, table) = scene.stack.breaking(None);
        assert!(deliver_to(&ctx, &message(&scene)).await);
        table.calls()
    };
    assert!(calls >= 3, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let scene = paid().await;
        let (ctx, _) = scene.stack.breaking(Some(fault));
        assert!(!deliver_to(&ctx, &message(&scene)).await, "{fault:?}");
        assert!(deliver_to(&ctx, &message(&scene)).await, "{fault:?}");
        assert_eq!(scene.events(HOUR).await, ["payment.succeeded"], "{fault:?}");
        assert_eq!((scene.invoice_status().await, scene.on_agenda().await), (billing::InvoiceStatus::Paid, None));
    }
}

async fn paid() -> Scene {
    let scene = Scene::open().await;
    scene.stack.set_clock(DUE);
    scene.midtrans.set(&scene.order(), "settlement");
    scene
}
