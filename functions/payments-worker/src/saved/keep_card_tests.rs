//! Cards that come with a payment, that end and that go.

use customers::Customers;
use kernel::{Money, Provider};
use payments::{KeptCard, Method, NewPayment, Payment, Payments, Purpose, Status, stripe::Stripe};
use table::{Transaction, agenda::DueKind};
use testkit::Fault;

use crate::saved::world::{CARD, Scene};

/// A payment that brought its money and the card `pm_new`.
async fn paid(scene: &Scene) -> Payment {
    let new = NewPayment {
        id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        tenant_id: scene.tenant,
        payer: scene.party,
        purpose: Purpose::Deposit,
        amount: Money::new(50_000, kernel::Currency::IDR),
        method: Method::Card,
        now: scene.stack.ctx().now(),
    };
    let begun = Payment::begin(new, Stripe::capabilities()).unwrap().keeping_card();
    let customer = Some("cus_1".to_owned().into());
    let kept_card = Some(KeptCard { token: "pm_new".to_owned().into(), customer, face: None });
    let payment = Payment { status: Status::Success, kept_card, ..begun };
    let mut transaction = Transaction::new();
    Payments::new(scene.stack.ctx().table(), scene.scope()).insert(&mut transaction, &payment).unwrap();
    scene.commit(transaction).await;
    payment
}

#[tokio::test]
async fn the_card_of_a_payment_is_saved_once_and_the_payment_forgets_it() {
    let scene = Scene::bare("automatic").await;
    let payment = paid(&scene).await;
    for _ in 0..3 {
        assert!(scene.deliver(&scene.ended("payment.succeeded", &payment)).await);
    }
    let book = scene.book().await;
    let [method] = scene.methods().of(&book).await.unwrap().try_into().unwrap();
    assert_eq!((method.token.expose(), method.card.last4.as_str(), book.default), ("pm_new", "4242", Some(method.id)));
    assert_eq!(method.id.ulid(), payment.id.ulid());
    let [stored] = scene.payments().await.try_into().unwrap();
    assert_eq!((stored.keeps_card, stored.kept_card, stored.version), (false, None, 2));
    assert!(scene.is_due("method_expiry", &method.id.to_string()).await);
}

#[tokio::test]
async fn a_card_that_is_there_already_is_not_saved_twice() {
    let scene = Scene::bare("automatic").await;
    scene.save(CARD, Provider::Stripe, "pm_new").await;
    let payment = paid(&scene).await;
    assert!(scene.deliver(&scene.ended("payment.succeeded", &payment)).await);
    assert_eq!(scene.book().await.methods.len(), 1);
    assert_eq!(scene.payments().await.remove(0).kept_card, None);
}

#[tokio::test]
async fn wherever_a_process_dies_the_card_of_a_payment_is_saved_once() {
    let counting = Scene::bare("automatic").await;
    let payment = paid(&counting).await;
    let (ctx, counted) = counting.stack.breaking(None);
    counting.deliver_at(&ctx, &counting.ended("payment.succeeded", &payment)).await;
    for fault in (0..counted.calls()).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let scene = Scene::bare("automatic").await;
        let payment = paid(&scene).await;
        let (ctx, _) = scene.stack.breaking(Some(fault));
        for _ in 0..2 {
            scene.deliver_at(&ctx, &scene.ended("payment.succeeded", &payment)).await;
        }
        assert_eq!(scene.book().await.methods.len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn nothing_is_saved_for_who_was_erased() {
    let scene = Scene::bare("automatic").await;
    let payment = paid(&scene).await;
    let customers = Customers::new(scene.stack.ctx().table(), scene.scope());
    let id = scene.stack.customer_of(&scene.customer).await;
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let now = scene.stack.ctx().now();
    let after = before.clone().without_erased(scene.customer.user, "Erased".parse().unwrap(), now).unwrap();
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &after).unwrap();
    scene.commit(transaction).await;
    assert!(scene.deliver(&scene.ended("payment.succeeded", &payment)).await);
    assert!(scene.book().await.methods.is_empty());
    assert_eq!(scene.payments().await.remove(0).kept_card, None);
}

#[tokio::test]
async fn a_card_that_was_removed_goes_at_its_provider_once_that_is_there() {
    let scene = Scene::open().await;
    scene.remove(CARD).await;
    let due = scene.due(DueKind::MethodRemoval, CARD, "2026-11-21T01:00:00.000Z").await;
    scene.stripe.fail_with(503);
    assert!(!scene.deliver(&due).await);
    scene.stripe.fail_with(0);
    assert_eq!(scene.stripe.owner_of("pm_1").as_deref(), Some("cus_1"));
    for _ in 0..2 {
        assert!(scene.deliver(&due).await);
    }
    assert_eq!((scene.method(CARD).await, scene.stripe.owner_of("pm_1")), (None, None));
    assert!(!scene.is_due("method_removal", CARD).await);
}

#[tokio::test]
async fn one_that_is_gone_at_its_provider_already_goes_here_too_and_one_that_stays_stays() {
    let scene = Scene::open().await;
    let early = scene.due(DueKind::MethodRemoval, CARD, "2026-11-21T01:00:00.000Z").await;
    assert!(scene.deliver(&early).await);
    assert!(scene.method(CARD).await.is_some_and(|method| !method.leaving), "nobody removed it");
    let gone = Scene::bare("automatic").await;
    gone.save(CARD, Provider::Stripe, "pm_1").await;
    gone.remove(CARD).await;
    let due = gone.due(DueKind::MethodRemoval, CARD, "2026-11-21T01:00:00.000Z").await;
    assert!(gone.deliver(&due).await);
    assert_eq!(gone.method(CARD).await, None);
}

#[tokio::test]
async fn a_card_that_ends_is_told_of_once_thirty_days_before() {
    let scene = Scene::open().await;
    let at = "2026-12-02T12:00:00.000Z";
    let early = scene.due(DueKind::MethodExpiry, CARD, "2026-11-21T01:00:00.000Z").await;
    assert!(scene.deliver(&early).await);
    assert!(scene.is_due("method_expiry", CARD).await, "it waits for its day");
    scene.stack.set_clock(at);
    let due = scene.due(DueKind::MethodExpiry, CARD, at).await;
    for _ in 0..3 {
        assert!(scene.deliver(&due).await);
    }
    assert_eq!(scene.events("2026120212").await, ["payment_method.expiring"]);
    assert!(!scene.is_due("method_expiry", CARD).await);
    // One that was removed, and one whose time is over, is told of no more.
    scene.remove(CARD).await;
    let due = scene.due(DueKind::MethodExpiry, CARD, at).await;
    assert!(scene.deliver(&due).await);
    assert_eq!(scene.events("2026120212").await.len(), 1);
}
