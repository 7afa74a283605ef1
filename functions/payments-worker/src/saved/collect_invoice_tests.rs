//! Invoices that are collected: once per reason, again on the ladder, and never by a card that is gone.

use billing::InvoiceStatus;
use kernel::Provider;
use payments::Failure;
use tenancy::{Tenant, TenantStatus, Tenants};

use crate::saved::world::{CARD, NEXT_STEP, STEP, Scene};

#[tokio::test]
async fn an_invoice_is_collected_once_however_often_its_issue_is_told() {
    let scene = Scene::open().await;
    for _ in 0..10 {
        assert!(scene.deliver(&scene.issued()).await);
    }
    assert_eq!((scene.invoice_status().await, scene.stripe.charges()), (InvoiceStatus::Paid, 1));
    let [payment] = scene.payments().await.try_into().unwrap();
    assert_eq!(payment.saved_method.unwrap().to_string(), CARD);
    let mut told = scene.events("2026112101").await;
    told.sort();
    assert_eq!(told, ["invoice.paid", "payment.succeeded"]);
    let intent = scene.stripe.intent(&payment.id.to_string());
    assert_eq!((intent["payment_method"].as_str(), intent["customer"].as_str()), (Some("pm_1"), Some("cus_1")));
    // The ladder, should it come to it, asks for nothing more.
    assert!(scene.deliver(&scene.step(STEP).await).await);
    assert_eq!(scene.statuses().await, ["success"]);
}

#[tokio::test]
async fn only_who_wants_it_and_has_a_card_that_can_be_charged_is_charged() {
    let by_invoice = Scene::bare("invoice").await;
    by_invoice.save(CARD, Provider::Stripe, "pm_1").await;
    let cardless = Scene::bare("automatic").await;
    let ended = Scene::open().await;
    ended.stack.set_clock("2027-01-02T00:00:00Z");
    let void = Scene::open().await;
    void.put_invoice("draft").await;
    for scene in [by_invoice, cardless, ended, void] {
        assert!(scene.deliver(&scene.issued()).await);
        assert!(scene.payments().await.is_empty());
        assert_eq!(scene.stripe.charges(), 0);
    }
}

#[tokio::test]
async fn a_tenants_own_invoice_is_collected_as_soon_as_it_has_a_card() {
    let tenant = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let cardless = Scene::of_tenant(tenant).await;
    assert!(cardless.deliver(&cardless.issued()).await);
    assert_eq!((cardless.payments().await.len(), cardless.stripe.charges()), (0, 0));
    let scene = Scene::of_tenant(tenant).await;
    scene.save(CARD, Provider::Stripe, "pm_1").await;
    scene.stripe_knows("pm_1").await;
    for _ in 0..3 {
        assert!(scene.deliver(&scene.issued()).await);
    }
    assert_eq!((scene.invoice_status().await, scene.stripe.charges()), (InvoiceStatus::Paid, 1));
}

#[tokio::test]
async fn a_tenant_that_is_over_charges_nobody() {
    let scene = Scene::open().await;
    let tenant = Tenants::new(scene.stack.ctx().table()).get(scene.tenant).await.unwrap().unwrap();
    let over = Tenant { status: TenantStatus::Cancelled, version: tenant.version + 1, ..tenant };
    table::write_alone(scene.stack.ctx().table(), |tx| Tenants::save(tx, &over)).await.unwrap();
    assert!(scene.deliver(&scene.issued()).await);
    assert!(scene.deliver(&scene.step(STEP).await).await);
    assert_eq!((scene.payments().await.len(), scene.stripe.charges()), (0, 0));
}

#[tokio::test]
async fn a_decline_is_told_and_the_next_step_of_the_ladder_tries_once_more() {
    let scene = Scene::open().await;
    scene.stripe.decline("pm_1", Some("insufficient_funds"));
    for _ in 0..3 {
        assert!(scene.deliver(&scene.issued()).await);
    }
    assert_eq!(
        (scene.statuses().await, scene.events("2026112101").await),
        (vec!["failed".to_owned()], vec!["payment.failed".to_owned()])
    );
    let [failed] = scene.payments().await.try_into().unwrap();
    assert!(scene.deliver(&scene.ended("payment.failed", &failed)).await);
    assert_eq!(scene.method(CARD).await.unwrap().declined, None, "it may have money tomorrow");
    let step = scene.step(STEP).await;
    for _ in 0..3 {
        assert!(scene.deliver(&step).await);
    }
    assert_eq!(scene.statuses().await, ["failed", "failed"]);
    assert!(!scene.is_due("invoice_collection", crate::world::INVOICE).await);
    scene.stripe.decline("pm_1", None);
    let step = scene.step(NEXT_STEP).await;
    for _ in 0..3 {
        assert!(scene.deliver(&step).await);
    }
    assert_eq!(scene.statuses().await, ["failed", "failed", "success"]);
    assert_eq!((scene.invoice_status().await, scene.stripe.charges()), (InvoiceStatus::Paid, 3));
}

#[tokio::test]
async fn a_card_that_is_gone_is_not_tried_again_and_another_is() {
    let scene = Scene::open().await;
    scene.stripe.decline("pm_1", Some("stolen_card"));
    assert!(scene.deliver(&scene.issued()).await);
    let [failed] = scene.payments().await.try_into().unwrap();
    assert_eq!(failed.failure.as_ref().map(|Failure { code, .. }| code.as_str()), Some("stolen_card"));
    // Before the failure was told, the payment itself says so.
    assert!(scene.deliver(&scene.step(STEP).await).await);
    assert_eq!(scene.statuses().await, ["failed"]);
    for _ in 0..2 {
        assert!(scene.deliver(&scene.ended("payment.failed", &failed)).await);
    }
    assert_eq!(scene.method(CARD).await.unwrap().declined.unwrap().code, "stolen_card");
    scene.save("pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y", Provider::Stripe, "pm_2").await;
    assert!(scene.deliver(&scene.step(NEXT_STEP).await).await);
    assert_eq!(scene.statuses().await, ["failed", "success"]);
}

#[tokio::test]
async fn midtrans_charges_a_saved_token_and_tells_why_a_bank_refused() {
    let scene = Scene::bare("automatic").await;
    scene.save(CARD, Provider::Midtrans, "481111-1114-x").await;
    scene.midtrans.decline("481111-1114-x", "54");
    assert!(scene.deliver(&scene.issued()).await);
    let [failed] = scene.payments().await.try_into().unwrap();
    assert_eq!(failed.failure.as_ref().map(|Failure { code, .. }| code.as_str()), Some("54"));
    assert!(scene.deliver(&scene.ended("payment.failed", &failed)).await);
    assert_eq!(scene.method(CARD).await.unwrap().declined.unwrap().code, "54");
    scene.save("pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y", Provider::Midtrans, "481111-1114-y").await;
    assert!(scene.deliver(&scene.step(STEP).await).await);
    assert_eq!(
        (scene.statuses().await, scene.midtrans.charges()),
        (vec!["failed".to_owned(), "success".to_owned()], 2)
    );
    assert_eq!(scene.invoice_status().await, InvoiceStatus::Paid);
}

#[tokio::test]
async fn a_card_that_was_removed_half_way_charges_nobody() {
    let scene = Scene::open().await;
    scene.stripe.fail_with(503);
    assert!(!scene.deliver(&scene.issued()).await);
    assert_eq!(scene.statuses().await, ["pending"]);
    scene.remove(CARD).await;
    scene.stripe.fail_with(0);
    for _ in 0..2 {
        assert!(scene.deliver(&scene.issued()).await);
    }
    assert_eq!((scene.statuses().await, scene.stripe.charges()), (vec!["cancelled".to_owned()], 0));
}

#[tokio::test]
async fn an_invoice_that_was_paid_otherwise_half_way_charges_nobody() {
    let scene = Scene::open().await;
    scene.stripe.fail_with(503);
    assert!(!scene.deliver(&scene.issued()).await);
    scene.put_invoice("draft").await;
    scene.stripe.fail_with(0);
    assert!(scene.deliver(&scene.issued()).await);
    assert_eq!((scene.statuses().await, scene.stripe.charges()), (vec!["cancelled".to_owned()], 0));
}

#[tokio::test]
async fn a_provider_out_of_reach_is_tried_again_with_the_same_payment() {
    let scene = Scene::open().await;
    scene.stripe.fail_with(503);
    assert!(!scene.deliver(&scene.issued()).await);
    scene.stripe.fail_with(0);
    // Another reason finds the open payment and goes on with it.
    assert!(scene.deliver(&scene.step(STEP).await).await);
    assert!(scene.deliver(&scene.issued()).await);
    assert_eq!((scene.statuses().await, scene.stripe.charges()), (vec!["success".to_owned()], 1));
}

#[tokio::test]
async fn an_answer_that_is_lost_is_no_second_charge() {
    let scene = Scene::open().await;
    scene.stripe.lose_answers(1);
    while !scene.deliver(&scene.issued()).await {}
    assert_eq!((scene.statuses().await, scene.stripe.charges()), (vec!["success".to_owned()], 1));
}
