//! Customers and tenants who were erased, at Stripe.

use kernel::Provider;
use payments::{Payer, SavedMethods};
use table::{Transaction, agenda::DueKind};

use crate::saved::world::{CARD, Scene};

const ERASED_AT: &str = "2026-11-21T01:00:00.000Z";

/// Stripe knows the customer, who was erased since.
async fn erased(scene: &Scene) -> serde_json::Value {
    let ctx = scene.stack.ctx();
    let stripe = cashier::providers::find_stripe(ctx, scene.tenant).await.unwrap().unwrap();
    let payer = Payer { name: "Budi".to_owned(), email: None };
    let customer = stripe.create_customer(scene.party, &payer, "k1").await.unwrap();
    scene.save(CARD, Provider::Stripe, "pm_1").await;
    let methods = SavedMethods::new(ctx.table(), scene.scope());
    let known = scene.book().await.known_to_stripe(customer.into());
    table::write_alone(ctx.table(), |tx| methods.save_book(tx, &known)).await.unwrap();
    let mut transaction = Transaction::new();
    methods.save_forgotten(&mut transaction, &known.forgotten(), ctx.now()).unwrap();
    scene.commit(transaction).await;
    scene.due(DueKind::PayerRemoval, &scene.party.to_string(), ERASED_AT).await
}

#[tokio::test]
async fn who_was_erased_is_deleted_at_stripe_once_that_is_there() {
    let tenant = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    for scene in [Scene::bare("automatic").await, Scene::of_tenant(tenant).await] {
        let due = erased(&scene).await;
        assert_eq!(scene.stripe.customers(), 1);
        scene.stripe.fail_with(503);
        assert!(!scene.deliver(&due).await);
        assert!(scene.book().await.leaving.is_some(), "its name is kept until then");
        scene.stripe.fail_with(0);
        for _ in 0..2 {
            assert!(scene.deliver(&due).await);
        }
        let book = scene.book().await;
        assert_eq!((scene.stripe.customers(), book.leaving, book.stripe_customer), (0, None, None));
        assert!(!scene.is_due("payer_removal", &scene.party.to_string()).await);
    }
}

#[tokio::test]
async fn one_that_is_gone_there_already_is_forgotten_here_too() {
    let scene = Scene::bare("automatic").await;
    let due = erased(&scene).await;
    let stripe = cashier::providers::find_stripe(scene.stack.ctx(), scene.tenant).await.unwrap().unwrap();
    stripe.delete_customer("cus_1").await.unwrap();
    assert!(scene.deliver(&due).await);
    assert_eq!(scene.book().await.leaving, None);
}

#[tokio::test]
async fn whoever_was_not_erased_stays() {
    let scene = Scene::open().await;
    let payer = scene.party.to_string();
    let due = scene.due(DueKind::PayerRemoval, &payer, ERASED_AT).await;
    assert!(scene.deliver(&due).await);
    assert_eq!(scene.book().await.methods.len(), 1);
    assert!(!scene.is_due("payer_removal", &payer).await);
}
