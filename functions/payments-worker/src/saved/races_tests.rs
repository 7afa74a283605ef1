//! Collecting at once, and with a death at every call to the store.

use billing::InvoiceStatus;
use testkit::Fault;

use crate::saved::world::{STEP, Scene};

#[tokio::test]
async fn two_deliveries_at_once_are_one_charge() {
    let scene = Scene::open().await;
    let (issued, step) = (scene.issued(), scene.step(STEP).await);
    let (a, b, c, d) =
        tokio::join!(scene.deliver(&issued), scene.deliver(&issued), scene.deliver(&step), scene.deliver(&step));
    for (taken, message) in [(a, &issued), (b, &issued), (c, &step), (d, &step)] {
        assert!(taken || scene.deliver(message).await);
    }
    assert_eq!((scene.statuses().await, scene.stripe.charges()), (vec!["success".to_owned()], 1));
    assert_eq!(scene.invoice_status().await, InvoiceStatus::Paid);
}

/// The calls that collecting takes.
async fn faults() -> Vec<Fault> {
    let counting = Scene::open().await;
    let (ctx, counted) = counting.stack.breaking(None);
    assert!(counting.deliver_at(&ctx, &counting.issued()).await);
    (0..counted.calls()).flat_map(|call| [Fault::Before(call), Fault::After(call)]).collect()
}

#[tokio::test]
async fn wherever_a_process_dies_one_charge_comes_of_it() {
    for fault in faults().await {
        let scene = Scene::open().await;
        let (ctx, _) = scene.stack.breaking(Some(fault));
        for _ in 0..3 {
            scene.deliver_at(&ctx, &scene.issued()).await;
        }
        assert_eq!((scene.statuses().await, scene.stripe.charges()), (vec!["success".to_owned()], 1), "{fault:?}");
        let mut told = scene.events("2026112101").await;
        told.sort();
        assert_eq!(told, ["invoice.paid", "payment.succeeded"], "{fault:?}");
    }
}

#[tokio::test]
async fn wherever_a_process_dies_one_decline_comes_of_it() {
    for fault in faults().await {
        let scene = Scene::open().await;
        scene.stripe.decline("pm_1", Some("insufficient_funds"));
        let (ctx, _) = scene.stack.breaking(Some(fault));
        for _ in 0..3 {
            scene.deliver_at(&ctx, &scene.issued()).await;
        }
        assert_eq!((scene.statuses().await, scene.stripe.charges()), (vec!["failed".to_owned()], 1), "{fault:?}");
        assert_eq!(scene.events("2026112101").await, ["payment.failed"], "{fault:?}");
    }
}
