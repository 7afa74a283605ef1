//! Customers who were erased: nothing more is counted or invoiced for them.

use billing::{
    Ingested, Interval, NewSubscription, PlanCache, Quantity, Rejection, Reporter, RunStatus, SubscriptionStatus,
    UsageEvent, catalogue, ingest,
};
use identity::Users;
use kernel::{Currency, Party, SubscriptionId};
use serde_json::{Value, json};
use testkit::{Member, Stack};

use super::{
    tests::{DUE, counts, deliver, events, invoices, nothing_is_due, run_of, subscribed, told_by, work},
    *,
};

async fn erase(stack: &Stack, customer: &Member) -> Value {
    let users = Users::new(stack.ctx().table(), customer.scope);
    let tombstone = users.get(customer.user).await.unwrap().unwrap().erased(stack.ctx().now());
    stack.ctx().table().write(users.replace(&tombstone).unwrap()).await.unwrap();
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
        at: None,
    };
    let (table, now) = (stack.ctx().table(), stack.ctx().now());
    ingest(table, customer.scope, &PlanCache::default(), &Reporter::Tenant, vec![event], now).await.unwrap()
}

#[tokio::test]
async fn an_erased_customer_is_invoiced_no_more() {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
    stack.set_clock(DUE);
    // The event of the erasure is late: the period is over before it comes.
    erase(&stack, &customer).await;
    let (run, message) = run_of(&stack, &customer, &subscription, DUE).await;
    assert!(deliver(stack.ctx(), &[message.clone(), message.clone()]).await.is_empty());
    assert!(deliver(stack.ctx(), &[message]).await.is_empty());
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
    for write in Subscriptions::insert(customer.scope, &second).unwrap() {
        stack.ctx().table().write(write).await.unwrap();
    }
    let told = erase(&stack, &customer).await;
    for _ in 0..2 {
        assert!(deliver(stack.ctx(), std::slice::from_ref(&told)).await.is_empty());
    }
    for subscription in [&first, &second] {
        assert_eq!(status(&stack, &customer, subscription).await, SubscriptionStatus::Cancelled);
        let refused = report_usage(&stack, &customer, subscription).await;
        assert_eq!(refused.rejected, [("e1".parse().unwrap(), Rejection::NotActive)]);
    }
    assert_eq!(events(&stack, customer.scope, "2026112101").await, ["subscription.cancelled"; 2]);
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
        interval: Interval::Month,
        quantity: 1,
        zone: "Asia/Jakarta".parse().unwrap(),
    };
    let trial = Subscription::start(new, &plan, stack.ctx().now()).unwrap();
    for write in Subscriptions::insert(customer.scope, &trial).unwrap() {
        stack.ctx().table().write(write).await.unwrap();
    }
    erase(&stack, &customer).await;
    stack.set_clock("2026-12-04T18:00:00Z");
    assert!(deliver(stack.ctx(), &[work(&customer, &trial, "2026-12-04T18:00:00Z")]).await.is_empty());
    assert_eq!(status(&stack, &customer, &trial).await, SubscriptionStatus::Cancelled);
}
