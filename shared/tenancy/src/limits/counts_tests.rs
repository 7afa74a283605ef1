//! Counts over the table: two at once for the last of something, and a repair that meets a change.

use allowances::Quota;
use events::Cause;
use kernel::{EventId, Fault, RequestId};
use table::TransactError;
use testkit::Stack;

use super::*;

/// A stack, and a tenant with an owner, who is counted.
async fn stack() -> (Stack, TenantScope) {
    let stack = Stack::start().await;
    let (tenant, _) = stack.tenant("toko-a").await;
    (stack, TenantScope::new(tenant.id))
}

async fn state(stack: &Stack, scope: TenantScope, resource: Resource, quota: Quota) -> ResourceState {
    let counts = ResourceCounts::new(stack.ctx().table(), scope);
    ResourceState { quota, ..counts.state(resource, stack.ctx().now()).await.unwrap() }
}

async fn write(stack: &Stack, fill: impl FnOnce(&mut Transaction) -> Slot) -> Result<(), TransactError> {
    let mut transaction = Transaction::new();
    fill(&mut transaction);
    stack.ctx().table().transact(transaction).await
}

fn cause(stack: &Stack) -> LimitCause {
    let (event, request) = (EventId::new(stack.ctx().new_ulid()), RequestId::new(stack.ctx().new_ulid()));
    LimitCause { event, cause: Cause::from(request) }
}

async fn used(stack: &Stack, scope: TenantScope, resource: Resource) -> i64 {
    state(stack, scope, resource, Quota::Unlimited).await.count.used
}

#[tokio::test]
async fn of_two_at_once_for_the_last_one_is_decided_again() {
    let (stack, scope) = stack().await;
    let counts = ResourceCounts::new(stack.ctx().table(), scope);
    let last = state(&stack, scope, Resource::Users, Quota::AtMost(2)).await;
    let (one, other) = (last.take(1).unwrap(), last.take(1).unwrap());
    write(&stack, |tx| counts.take(tx, &one, cause(&stack)).unwrap()).await.unwrap();
    assert!(write(&stack, |tx| counts.take(tx, &other, cause(&stack)).unwrap()).await.is_err());
    let full = state(&stack, scope, Resource::Users, Quota::AtMost(2)).await;
    assert!(full.take(1).is_err());
    let month = CalendarMonth::of(stack.ctx().now());
    assert_eq!((full.count.units(), &full.count.reached_in), (2, &Some(month)));
    write(&stack, |tx| counts.give_back(tx, Resource::Users, 1, stack.ctx().now())).await.unwrap();
    let again = state(&stack, scope, Resource::Users, Quota::AtMost(2)).await.take(1).unwrap();
    assert!(!again.is_news(), "told once a month");
    write(&stack, |tx| counts.take(tx, &again, cause(&stack)).unwrap()).await.unwrap();
    assert_eq!(used(&stack, scope, Resource::Users).await, 2);
}

#[tokio::test]
async fn far_from_the_limit_nobody_waits_for_another() {
    let (stack, scope) = stack().await;
    let counts = ResourceCounts::new(stack.ctx().table(), scope);
    let quota = Quota::AtMost(1_000);
    let seen = state(&stack, scope, Resource::StorageBytes, quota).await;
    for amount in [100, 200, 300] {
        let taking = seen.take(amount).unwrap();
        write(&stack, |tx| counts.take(tx, &taking, cause(&stack)).unwrap()).await.unwrap();
    }
    let warned = seen.take(200).unwrap();
    assert!(
        write(&stack, |tx| counts.take(tx, &warned, cause(&stack)).unwrap()).await.is_err(),
        "it would cross a mark that was not decided upon"
    );
    let now = state(&stack, scope, Resource::StorageBytes, quota).await.take(200).unwrap();
    assert!(now.is_news());
    write(&stack, |tx| counts.take(tx, &now, cause(&stack)).unwrap()).await.unwrap();
    assert_eq!(used(&stack, scope, Resource::StorageBytes).await, 800);
}

#[tokio::test]
async fn a_month_begins_at_zero_and_another_tenant_has_counts_of_its_own() {
    let (stack, scope) = stack().await;
    let counts = ResourceCounts::new(stack.ctx().table(), scope);
    let taking = state(&stack, scope, Resource::AiInteractions, Quota::AtMost(5)).await.take(5).unwrap();
    write(&stack, |tx| counts.take(tx, &taking, cause(&stack)).unwrap()).await.unwrap();
    assert!(state(&stack, scope, Resource::AiInteractions, Quota::AtMost(5)).await.take(1).is_err());
    let (other, _) = stack.tenant("toko-b").await;
    let theirs = TenantScope::new(other.id);
    assert!(state(&stack, theirs, Resource::AiInteractions, Quota::AtMost(5)).await.take(1).is_ok());
    stack.set_clock("2026-12-01T00:00:00Z");
    assert!(state(&stack, scope, Resource::AiInteractions, Quota::AtMost(5)).await.take(5).is_ok());
}

#[tokio::test]
async fn a_repair_that_meets_a_change_is_lost() {
    let (stack, scope) = stack().await;
    let counts = ResourceCounts::new(stack.ctx().table(), scope);
    let now = stack.ctx().now();
    let seen = state(&stack, scope, Resource::Users, Quota::Unlimited).await;
    write(&stack, |tx| counts.count(tx, Resource::Users, 1, now)).await.unwrap();
    assert!(write(&stack, |tx| counts.repair(tx, &seen, 7)).await.is_err());
    let seen = state(&stack, scope, Resource::Users, Quota::Unlimited).await;
    write(&stack, |tx| counts.repair(tx, &seen, 7)).await.unwrap();
    assert_eq!(used(&stack, scope, Resource::Users).await, 7);
    let missing = state(&stack, scope, Resource::StorageBytes, Quota::Unlimited).await;
    write(&stack, |tx| counts.repair(tx, &missing, 9)).await.unwrap();
    assert!(write(&stack, |tx| counts.repair(tx, &missing, 9)).await.is_err());
    assert_eq!(used(&stack, scope, Resource::StorageBytes).await, 9);
}

#[tokio::test]
async fn interactions_are_consumed_one_by_one_and_never_beyond_what_the_plan_allows() {
    let (stack, scope) = stack().await;
    stack.limited(scope, 7, &[("aiInteractionsPerMonth", Quota::AtMost(10))]).await;
    let (counts, now) = (ResourceCounts::new(stack.ctx().table(), scope), stack.ctx().now());
    let consume = |amount| counts.consume(Resource::AiInteractions, amount, now, cause(&stack));
    let mut outcomes: Vec<&str> = Vec::new();
    for _ in 0..4 {
        // Three at once, each of one.
        let at_once = futures::future::join_all((0..3).map(|_| consume(1))).await;
        outcomes.extend(at_once.iter().map(|outcome| outcome.as_ref().map_or_else(Fault::code, |()| "done")));
    }
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "done").count(), 10, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "QUOTA_EXCEEDED").count(), 2, "{outcomes:?}");
    assert_eq!(used(&stack, scope, Resource::AiInteractions).await, 10);
    let rows = stack.rows().await;
    for name in ["tenant.limit_warning", "tenant.limit_reached"] {
        assert_eq!(rows.iter().filter(|row| row["type"] == name).count(), 1, "{name}");
    }
}
