//! Customers who were erased: nothing more is counted or invoiced for them.

use billing::{
    Ingested, Interval, NewSubscription, Quantity, Rejected, Rejection, RunStatus, SubscriptionStatus, UsageEvent,
    catalogue,
};
use customers::{Contact, Customer, Customers};
use identity::Users;
use kernel::{Currency, Locale, Party, SubscriptionId};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Member, Stack};

use super::{
    tests::{DUE, counts, deliver, events, ingest, invoices, nothing_is_due, run_of, subscribed, told_by, work},
    *,
};

pub(crate) async fn erase(stack: &Stack, customer: &Member) -> Value {
    let users = Users::new(stack.ctx().table(), customer.scope);
    let tombstone = users.get(customer.user).await.unwrap().unwrap().erased(stack.ctx().now());
    table::write_alone(stack.ctx().table(), |tx| users.save(tx, &tombstone)).await.unwrap();
    let told = told_by(stack, customer, &events::user::UserErased { user_id: customer.user });
    json!({ "detail": told })
}

async fn status(stack: &Stack, customer: &Member, subscription: &Subscription) -> SubscriptionStatus {
    let subscriptions = Subscriptions::new(stack.ctx().table(), customer.scope);
    subscriptions.get(subscription.id).await.unwrap().unwrap().trusted("a test looks").status
}

async fn report_usage(stack: &Stack, customer: &Member, subscription: &Subscription) -> Ingested {
    let event = UsageEvent {
        id: "e1".parse().unwrap(),
        subscription: subscription.id,
        feature: "predictions".parse().unwrap(),
        quantity: Quantity::try_from(1).unwrap(),
        value: None,
        at: None,
    };
    let (table, now) = (stack.ctx().table(), stack.ctx().now());
    ingest(table, customer.scope, event, now).await
}

#[tokio::test]
async fn an_erased_customer_is_invoiced_no_more() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
    stack.set_clock(DUE);
    // The event of the erasure is late: the period is over before it comes.
    erase(&stack, &customer).await;
    let (run, message) = run_of(&stack, &customer, &subscription, DUE).await;
    assert!(deliver(&stack.granted("billing-worker"), &[message.clone(), message.clone()]).await.is_empty());
    assert!(deliver(&stack.granted("billing-worker"), &[message]).await.is_empty());
    assert_eq!(invoices(&stack, customer.scope).await, []);
    assert_eq!(status(&stack, &customer, &subscription).await, SubscriptionStatus::Cancelled);
    assert_eq!(events(&stack, customer.scope, "2026122018").await, ["subscription.cancelled"]);
    assert_eq!(counts(&stack, customer.scope, run).await, (1, 0, 0, 1, RunStatus::Done));
    nothing_is_due(&stack).await;
}

#[tokio::test]
async fn an_erasure_ends_every_subscription_of_the_person_and_their_usage() {
    let stack = Stack::start().await;
    let (customer, first) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
    let second = Subscription { id: SubscriptionId::new(stack.ctx().new_ulid()), ..first.clone() };
    let mut transaction = Transaction::new();
    Subscriptions::insert(&mut transaction, customer.scope, &second).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    let told = erase(&stack, &customer).await;
    for _ in 0..2 {
        assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&told)).await.is_empty());
    }
    for subscription in [&first, &second] {
        assert_eq!(status(&stack, &customer, subscription).await, SubscriptionStatus::Cancelled);
        let refused = report_usage(&stack, &customer, subscription).await;
        assert_eq!(refused.rejected, [Rejected::new("e1".parse().unwrap(), Rejection::NotActive)]);
    }
    let told = [
        "customer.user_removed",
        "customer.updated",
        "customer.erased",
        "subscription.cancelled",
        "subscription.cancelled",
    ];
    assert_eq!(events(&stack, customer.scope, "2026112101").await, told);
}

#[tokio::test]
async fn the_subscriptions_of_a_customer_whom_staff_erased_end() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
    let customer_id = stack.customer_of(&customer).await;
    let told = json!({ "detail": told_by(&stack, &customer, &events::customer::CustomerErased { customer_id }) });
    for _ in 0..2 {
        assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&told)).await.is_empty());
    }
    assert_eq!(status(&stack, &customer, &subscription).await, SubscriptionStatus::Cancelled);
}

#[tokio::test]
async fn an_erased_customer_gets_no_first_paid_period_after_the_trial() {
    let stack = Stack::start().await;
    let (customer, _) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
    let mut plan = catalogue().into_iter().find(|plan| plan.key.to_string() == "PREMIUM").unwrap();
    plan.trial_days = 14;
    let new = NewSubscription {
        id: SubscriptionId::new(stack.ctx().new_ulid()),
        party: Party::Customer(stack.customer_of(&customer).await),
        currency: Currency::IDR,
        interval: Interval::MONTH,
        quantity: 1,
        zone: "Asia/Jakarta".parse().unwrap(),
    };
    let trial = Subscription::start(new, &plan, stack.ctx().now()).unwrap();
    let mut transaction = Transaction::new();
    Subscriptions::insert(&mut transaction, customer.scope, &trial).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    erase(&stack, &customer).await;
    stack.set_clock("2026-12-04T18:00:00Z");
    assert!(
        deliver(&stack.granted("billing-worker"), &[work(&customer, &trial, "2026-12-04T18:00:00Z")]).await.is_empty()
    );
    assert_eq!(status(&stack, &customer, &trial).await, SubscriptionStatus::Cancelled);
}

/// The customer that a user became, after a change.
async fn changed(stack: &Stack, customer: &Member, change: impl Fn(Customer) -> Customer) {
    let customers = Customers::new(stack.ctx().table(), customer.scope);
    let id = stack.customer_of(customer).await;
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let after = Customer { version: before.version + 1, ..change(before.clone()) };
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &after).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
}

type Change = fn(Customer) -> Customer;

fn of_a_company(customer: Customer) -> Customer {
    let contact = Contact { company: "PT Maju Jaya".parse().ok(), ..customer.contact };
    Customer { contact, ..customer }
}

#[tokio::test]
async fn an_erased_person_is_named_on_no_invoice_of_a_customer_that_another_user_acts_for() {
    for (company, name) in [(true, "PT Maju Jaya"), (false, "Erased customer")] {
        let stack = Stack::start().await;
        let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
        let other = stack.user(customer.scope, "siti@example.com", identity::Role::User).await;
        changed(&stack, &customer, |before| {
            let shared = before.with_user(other.user, stack.ctx().now()).unwrap().unwrap();
            if company { of_a_company(shared) } else { shared }
        })
        .await;
        let told = erase(&stack, &customer).await;
        for _ in 0..2 {
            assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&told)).await.is_empty());
        }
        let told = ["customer.user_removed", "customer.updated"];
        assert_eq!(events(&stack, customer.scope, "2026112101").await, told);
        assert_eq!(status(&stack, &customer, &subscription).await, SubscriptionStatus::Active);
        stack.set_clock(DUE);
        assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
        let issued = invoices(&stack, customer.scope).await;
        let bill_to = &issued[0].bill_to;
        assert_eq!((issued.len(), bill_to.name.as_str(), bill_to.email.as_ref()), (1, name, None));
        let rows = stack.rows().await;
        let names = rows.iter().filter(|row| row.to_string().contains("budi@toko-a.example"));
        assert_eq!(names.count(), 0);
    }
}

#[tokio::test]
async fn a_person_who_was_taken_off_before_is_erased_from_the_customer_too() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
    let customers = Customers::new(stack.ctx().table(), customer.scope);
    let id = stack.customer_of(&customer).await;
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let acts_for = customers.of_user(customer.user).await.unwrap().without(&before, customer.user);
    let mut transaction = Transaction::new();
    let after = before.clone().without_user(customer.user, stack.ctx().now()).unwrap();
    customers.save(&mut transaction, &before, &after).unwrap();
    customers.save_acts_for(&mut transaction, customer.user, &acts_for).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    let told = erase(&stack, &customer).await;
    assert!(deliver(&stack.granted("billing-worker"), &[told]).await.is_empty());
    let after = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    assert_eq!((after.is_erased(), after.contact.email), (true, None));
    assert_eq!(status(&stack, &customer, &subscription).await, SubscriptionStatus::Cancelled);
}

#[tokio::test]
async fn what_one_user_prefers_is_the_language_of_their_own_customer_and_of_no_other() {
    let by_staff = |customer: Customer| Customer { contact_of: None, ..customer };
    let cases: [(Change, Locale); 3] = [(|own| own, Locale::En), (of_a_company, Locale::Id), (by_staff, Locale::Id)];
    for (change, language) in cases {
        let stack = Stack::start().await;
        let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
        changed(&stack, &customer, change).await;
        let users = Users::new(stack.ctx().table(), customer.scope);
        let mut user = users.get(customer.user).await.unwrap().unwrap();
        user.preferences.locale = Some(Locale::En);
        user.version += 1;
        table::write_alone(stack.ctx().table(), |tx| users.save(tx, &user)).await.unwrap();
        stack.set_clock(DUE);
        assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
        assert_eq!(invoices(&stack, customer.scope).await[0].language, language);
    }
}
