//! Invoices that are not paid in time, step by step, also when a worker dies half-way or the customer pays meanwhile.

use billing::{Collection, Invoice, Invoices, Subscription, SubscriptionStatus, Subscriptions};
use events::invoice::InvoicePaid;
use kernel::{Currency, InvoiceId};
use serde_json::{Value, json};
use table::{
    Transaction,
    agenda::{self, DueKind},
};
use testkit::{Fault, Member, Stack};

use crate::bill_subscription::tests::{DUE, created, deliver, events, invoices, stored, subscribed, told_by, work};

/// A fee of 21 December in Jakarta that is due on 4 January.
pub(crate) struct Scene {
    pub(crate) stack: Stack,
    pub(crate) customer: Member,
    pub(crate) subscription: Subscription,
    pub(crate) invoice: InvoiceId,
}

/// Nine in the morning of the day after the due date, and of the steps of the usual ladder.
pub(crate) const OVERDUE: &str = "2027-01-05T02:00:00.000Z";
pub(crate) const WEEK: &str = "2027-01-11T02:00:00.000Z";
pub(crate) const WARNING: &str = "2027-01-15T02:00:00.000Z";
pub(crate) const SUSPENSION: &str = "2027-01-18T02:00:00.000Z";

impl Scene {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
        stack.set_clock(DUE);
        assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
        let invoice = invoices(&stack, customer.scope).await.remove(0).id;
        Self { stack, customer, subscription, invoice }
    }

    pub(crate) fn message(&self, at: &str) -> Value {
        json!({ "tenantId": self.customer.scope.tenant(), "kind": "invoice_dunning", "id": self.invoice, "at": at })
    }

    /// The message of a time, three times.
    pub(crate) async fn dun(&self, at: &str) {
        self.stack.set_clock(at);
        for _ in 0..3 {
            assert!(deliver(&self.stack.granted("billing-worker"), &[self.message(at)]).await.is_empty());
        }
    }

    pub(crate) async fn status(&self) -> SubscriptionStatus {
        stored(&self.stack, &self.customer, &self.subscription).await.status
    }

    pub(crate) async fn on_agenda(&self) -> Option<String> {
        let key = self.customer.scope.key(format_args!("DUE#invoice_dunning#{}", self.invoice), "DUE");
        let row = self.stack.ctx().table().get(&key).await.unwrap();
        row.map(|row| row["at"].as_str().unwrap().to_owned())
    }

    /// The events of an hour, of invoices and subscriptions.
    pub(crate) async fn told(&self, at: &str) -> Vec<String> {
        let hour: String = at[..13].chars().filter(char::is_ascii_digit).collect();
        let mut told = events(&self.stack, self.customer.scope, &hour).await;
        told.sort();
        told
    }

    /// The invoice is paid, as its row says; the event that tells of it.
    pub(crate) async fn pay(&self) -> Value {
        let (ctx, scope) = (self.stack.ctx(), self.customer.scope);
        let invoice = Invoices::new(ctx.table(), scope).get(self.invoice).await.unwrap().unwrap().trusted("test");
        let (due, now) = (invoice.amount_due(), ctx.now());
        let payment = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let paid: Invoice = invoice.apply_payment(payment, due, now).unwrap().invoice;
        let mut transaction = Transaction::new();
        Invoices::save(&mut transaction, scope, &paid).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        let told: InvoicePaid = paid.told_paid().unwrap();
        json!({ "detail": told_by(&self.stack, &self.customer, &told) })
    }
}

#[tokio::test]
async fn each_step_is_taken_once_and_told_before_service_stops() {
    let scene = Scene::open().await;
    assert_eq!(scene.on_agenda().await.as_deref(), Some(OVERDUE));
    scene.dun(OVERDUE).await;
    assert_eq!(scene.status().await, SubscriptionStatus::PastDue);
    assert_eq!(scene.told(OVERDUE).await, ["invoice.overdue", "invoice.reminded", "subscription.past_due"]);
    assert_eq!(scene.on_agenda().await.as_deref(), Some(WEEK));
    scene.dun(WEEK).await;
    scene.dun(WARNING).await;
    assert_eq!(scene.told(WARNING).await, ["invoice.reminded"]);
    assert_eq!(scene.status().await, SubscriptionStatus::PastDue);
    scene.dun(SUSPENSION).await;
    assert_eq!(scene.status().await, SubscriptionStatus::Suspended);
    assert_eq!(scene.told(SUSPENSION).await, ["subscription.suspended"]);
    assert_eq!(scene.on_agenda().await.as_deref(), Some("2027-01-25T02:00:00.000Z"), "the ladder ends, and may grow");

    // Whoever pays within the period goes on with it.
    scene.stack.set_clock("2027-01-19T05:00:00Z");
    let paid = scene.pay().await;
    for _ in 0..2 {
        assert!(deliver(&scene.stack.granted("billing-worker"), std::slice::from_ref(&paid)).await.is_empty());
    }
    let restored = stored(&scene.stack, &scene.customer, &scene.subscription).await;
    assert_eq!((restored.status, restored.closing), (SubscriptionStatus::Active, false));
    assert_eq!(scene.told("2027-01-19T05").await, ["subscription.restored"]);
}

#[tokio::test]
async fn each_step_has_an_invoice_collected_whose_subscription_says_so() {
    for (collection, expected) in [(Collection::Automatic, true), (Collection::Invoice, false)] {
        let scene = Scene::open().await;
        let (table, scope) = (scene.stack.ctx().table(), scene.customer.scope);
        let before = stored(&scene.stack, &scene.customer, &scene.subscription).await;
        let after = Subscription { collection, version: before.version + 1, ..before };
        let mut transaction = Transaction::new();
        Subscriptions::save(&mut transaction, scope, &after).unwrap();
        table.transact(transaction).await.unwrap();
        let key = scope.key(format_args!("DUE#invoice_collection#{}", scene.invoice), "DUE");
        for at in [OVERDUE, WEEK] {
            scene.dun(at).await;
            let row = table.get(&key).await.unwrap();
            assert_eq!(row.map(|row| row["at"].as_str().unwrap().to_owned()), expected.then(|| at.to_owned()));
        }
    }
}

#[tokio::test]
async fn one_that_is_paid_or_stays_away_is_left_alone() {
    let scene = Scene::open().await;
    scene.pay().await;
    scene.dun(OVERDUE).await;
    assert_eq!((scene.status().await, scene.on_agenda().await), (SubscriptionStatus::Active, None));
    assert_eq!(scene.told(OVERDUE).await, Vec::<String>::new());
    let nothing = json!({ "tenantId": scene.customer.scope.tenant(), "kind": "invoice_dunning",
        "id": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "at": OVERDUE });
    assert!(deliver(&scene.stack.granted("billing-worker"), &[nothing]).await.is_empty());
}

#[tokio::test]
async fn a_suspension_waits_for_an_invoice_that_is_being_made() {
    let scene = Scene::open().await;
    for at in [OVERDUE, WEEK, WARNING] {
        scene.dun(at).await;
    }
    // Its worker is late: by now the period is over, and its boundary is not billed.
    let late = "2027-01-20T17:30:00.000Z";
    scene.stack.set_clock(late);
    assert!(deliver(&scene.stack.granted("billing-worker"), &[scene.message(SUSPENSION)]).await.is_empty());
    assert_eq!(scene.status().await, SubscriptionStatus::PastDue);
    assert_eq!(scene.on_agenda().await.as_deref(), Some("2027-01-20T18:30:00.000Z"));
    scene.stack.set_clock("2027-01-20T18:30:00Z");
    let billing = work(&scene.customer, &scene.subscription, "2027-01-20T18:30:00Z");
    assert!(deliver(&scene.stack.granted("billing-worker"), &[billing]).await.is_empty());
    assert!(
        deliver(&scene.stack.granted("billing-worker"), &[scene.message("2027-01-20T18:30:00.000Z")]).await.is_empty()
    );
    assert_eq!(scene.status().await, SubscriptionStatus::Suspended);
}

#[tokio::test]
async fn a_death_anywhere_takes_the_step_once() {
    let calls = {
        let scene = Scene::open().await;
        scene.stack.set_clock(OVERDUE);
        let (ctx, table) = scene.stack.breaking(None);
        assert!(deliver(&ctx, &[scene.message(OVERDUE)]).await.is_empty());
        table.calls()
    };
    for call in 0..calls {
        for fault in [Fault::Before(call), Fault::After(call)] {
            let scene = Scene::open().await;
            scene.stack.set_clock(OVERDUE);
            let (ctx, _) = scene.stack.breaking(Some(fault));
            deliver(&ctx, &[scene.message(OVERDUE)]).await;
            assert!(deliver(&scene.stack.granted("billing-worker"), &[scene.message(OVERDUE)]).await.is_empty());
            let told = ["invoice.overdue", "invoice.reminded", "subscription.past_due"];
            assert_eq!(scene.told(OVERDUE).await, told, "{fault:?}");
        }
    }
}

const EXPIRY: &str = "2026-11-22T00:05:00.000Z";

/// A subscription that is to be paid first, and its invoice.
async fn to_be_paid_first() -> Scene {
    let stack = Stack::start().await;
    let (customer, new) = created(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
    let waits = Subscription { version: new.version + 1, ..new.collected(Collection::Automatic) };
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, customer.scope, &waits).unwrap();
    let until = EXPIRY.parse().unwrap();
    agenda::set(&mut transaction, customer.scope, DueKind::FirstPayment, waits.id, until).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    let now = stack.ctx().now().to_string();
    assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &waits, &now)]).await.is_empty());
    let invoice = invoices(&stack, customer.scope).await.remove(0).id;
    Scene { stack, customer, subscription: waits, invoice }
}

#[tokio::test]
async fn what_is_to_be_paid_first_is_active_once_it_is_paid() {
    let scene = to_be_paid_first().await;
    assert_eq!(scene.status().await, SubscriptionStatus::Incomplete);
    let paid = scene.pay().await;
    for _ in 0..2 {
        assert!(deliver(&scene.stack.granted("billing-worker"), std::slice::from_ref(&paid)).await.is_empty());
    }
    assert_eq!(scene.status().await, SubscriptionStatus::Active);
    let hour = scene.stack.ctx().now().to_string();
    assert_eq!(scene.told(&hour).await.iter().filter(|name| *name == "subscription.activated").count(), 1);
    // The agenda comes to it later, and finds it paid.
    scene.stack.set_clock(EXPIRY);
    let expiry = json!({ "tenantId": scene.customer.scope.tenant(), "kind": "first_payment",
        "id": scene.subscription.id, "at": EXPIRY });
    assert!(deliver(&scene.stack.granted("billing-worker"), &[expiry]).await.is_empty());
    assert_eq!(scene.status().await, SubscriptionStatus::Active);
}

#[tokio::test]
async fn what_is_not_paid_first_expires_and_its_invoice_is_void() {
    let scene = to_be_paid_first().await;
    scene.stack.set_clock(EXPIRY);
    let expiry = json!({ "tenantId": scene.customer.scope.tenant(), "kind": "first_payment",
        "id": scene.subscription.id, "at": EXPIRY });
    for _ in 0..2 {
        assert!(deliver(&scene.stack.granted("billing-worker"), std::slice::from_ref(&expiry)).await.is_empty());
    }
    assert_eq!(scene.status().await, SubscriptionStatus::Expired);
    assert_eq!(scene.told(EXPIRY).await, ["invoice.voided", "subscription.expired"]);
    let invoice = invoices(&scene.stack, scene.customer.scope).await.remove(0);
    assert_eq!(invoice.status(), billing::InvoiceStatus::Void);
}
