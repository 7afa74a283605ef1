//! What becomes of a subscription whose invoice is given up.

use billing::{Invoices, SubscriptionStatus};
use serde_json::{Value, json};
use table::Transaction;

use crate::{
    bill_subscription::tests::{deliver, invoices, told_by, work},
    collection::dun_invoice_tests::{OVERDUE, SUSPENSION, Scene, WARNING, WEEK},
};

impl Scene {
    /// The invoice is given up; the event that tells of it.
    async fn give_up(&self) -> Value {
        let (ctx, scope) = (self.stack.ctx(), self.customer.scope);
        let invoice = Invoices::new(ctx.table(), scope).get(self.invoice).await.unwrap().unwrap().trusted("test");
        let given_up = invoice.mark_uncollectible(ctx.now()).unwrap();
        let mut transaction = Transaction::new();
        Invoices::save(&mut transaction, scope, &given_up).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        json!({ "detail": told_by(&self.stack, &self.customer, &given_up.told_marked_uncollectible().unwrap()) })
    }
}

#[tokio::test]
async fn one_that_was_behind_for_a_debt_that_is_given_up_is_active_again() {
    let scene = Scene::open().await;
    scene.dun(OVERDUE).await;
    assert_eq!(scene.status().await, SubscriptionStatus::PastDue);
    let at = "2027-01-08T05:00:00Z";
    scene.stack.set_clock(at);
    let given_up = scene.give_up().await;
    for _ in 0..2 {
        assert!(deliver(&scene.stack.granted("billing-worker"), std::slice::from_ref(&given_up)).await.is_empty());
    }
    assert_eq!(scene.status().await, SubscriptionStatus::Active);
    assert_eq!(scene.told(at).await, ["subscription.restored"]);
    scene.dun(WEEK).await;
    assert_eq!((scene.told(WEEK).await, scene.on_agenda().await), (Vec::new(), None), "nobody asks for it any more");
}

#[tokio::test]
async fn one_with_another_overdue_invoice_stays_behind() {
    let scene = Scene::open().await;
    scene.climb(&[]).await;
    scene.dun(OVERDUE).await;
    // The fee of the next period stays unpaid too.
    let next = "2027-01-20T18:00:00Z";
    scene.stack.set_clock(next);
    let billing = work(&scene.customer, &scene.subscription, next);
    assert!(deliver(&scene.stack.granted("billing-worker"), &[billing]).await.is_empty());
    assert_eq!(invoices(&scene.stack, scene.customer.scope).await.len(), 2);
    scene.stack.set_clock("2027-02-06T05:00:00Z");
    let given_up = scene.give_up().await;
    assert!(deliver(&scene.stack.granted("billing-worker"), &[given_up]).await.is_empty());
    assert_eq!(scene.status().await, SubscriptionStatus::PastDue);
}

#[tokio::test]
async fn one_that_is_suspended_stays_so_until_somebody_pays() {
    let scene = Scene::open().await;
    for at in [OVERDUE, WEEK, WARNING, SUSPENSION] {
        scene.dun(at).await;
    }
    let given_up = scene.give_up().await;
    assert!(deliver(&scene.stack.granted("billing-worker"), &[given_up]).await.is_empty());
    assert_eq!(scene.status().await, SubscriptionStatus::Suspended);
    scene.stack.set_clock("2027-01-19T05:00:00Z");
    let paid = scene.pay().await;
    assert!(deliver(&scene.stack.granted("billing-worker"), &[paid]).await.is_empty());
    assert_eq!(scene.status().await, SubscriptionStatus::Active, "a late payment settles it");
}
