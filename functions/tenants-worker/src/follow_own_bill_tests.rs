use events::{Meta, Payload, subscription::FormerStatus};
use kernel::{EventId, InvoiceId, RequestId};
use serde_json::{Value, json};
use tenancy::TenantStatus;
use testkit::Fault;

use super::*;
use crate::world::World;

fn invoice() -> InvoiceId {
    "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
}

/// A tenant that pays, with its subscription in its first period.
async fn paying() -> World {
    let world = World::open().await;
    world.convert().await;
    world.becomes(SubscriptionStatus::Active).await;
    world
}

impl World {
    /// The subscription, in its next version.
    async fn becomes(&self, status: SubscriptionStatus) -> Subscription {
        let before = self.subscription().await;
        let after = Subscription { status, version: before.version + 1, ..before };
        self.save_subscription(&after).await;
        after
    }

    fn told<P: Payload>(&self, tenant: TenantId, of: &Subscription, payload: &P) -> Value {
        let ctx = self.stack.ctx();
        let meta = Meta {
            id: EventId::new(ctx.new_ulid()),
            tenant_id: tenant,
            occurred_at: ctx.now(),
            request_id: RequestId::new(ctx.new_ulid()),
            given_request_id: None,
            subject_version: of.version,
        };
        json!({ "detail": events::record(&meta, payload).unwrap() })
    }

    /// The subscription is stopped for want of payment; the event that tells of it.
    async fn stops(&self) -> Value {
        let after = self.becomes(SubscriptionStatus::Suspended).await;
        self.told(TenantId::PLATFORM, &after, &after.told_suspended(invoice()))
    }

    async fn goes_on(&self) -> Value {
        let after = self.becomes(SubscriptionStatus::Active).await;
        self.told(TenantId::PLATFORM, &after, &after.told_restored(FormerStatus::Suspended, invoice()))
    }

    async fn hears(&self, message: &Value) {
        for _ in 0..3 {
            assert!(self.take(self.stack.ctx(), message).await);
        }
    }

    async fn names(&self) -> Vec<Value> {
        self.events("2026112101").await.iter().map(|event| event["type"].clone()).collect()
    }

    async fn status(&self) -> TenantStatus {
        self.stored_tenant().await.status
    }
}

#[tokio::test]
async fn who_does_not_pay_is_suspended_once_and_active_again_once_it_paid() {
    let world = paying().await;
    let stopped = world.stops().await;
    world.hears(&stopped).await;
    let tenant = world.stored_tenant().await;
    let suspension = tenant.lifecycle.suspension.clone().unwrap();
    assert_eq!(
        (tenant.status, suspension.cause, suspension.reason),
        (TenantStatus::Suspended, events::tenant::SuspensionCause::NonPayment, None)
    );
    let restored = world.goes_on().await;
    world.hears(&restored).await;
    // The first event comes once more.
    world.hears(&stopped).await;
    assert_eq!(world.status().await, TenantStatus::Active);
    assert_eq!(world.names().await, ["tenant.suspended", "tenant.reactivated"]);
    // And for the next invoice that is not paid.
    let again = world.stops().await;
    world.hears(&again).await;
    assert_eq!((world.status().await, world.names().await.len()), (TenantStatus::Suspended, 3));
}

#[tokio::test]
async fn events_in_the_wrong_order_leave_the_tenant_as_its_subscription_is() {
    let world = paying().await;
    let stopped = world.stops().await;
    let restored = world.goes_on().await;
    world.hears(&restored).await;
    world.hears(&stopped).await;
    assert_eq!((world.status().await, world.names().await), (TenantStatus::Active, vec![]));
    // The event of a version before tells of the one that is there.
    let stopped = world.stops().await;
    world.hears(&restored).await;
    assert_eq!((world.status().await, world.names().await.len()), (TenantStatus::Suspended, 1));
    world.hears(&stopped).await;
    assert_eq!(world.names().await.len(), 1);
}

#[tokio::test]
async fn a_payment_does_not_lift_what_the_operator_did_and_a_repeated_event_does_not_undo_it() {
    let world = paying().await;
    let stopped = world.stops().await;
    world.hears(&stopped).await;
    let tenant = world.stored_tenant().await;
    let cause = events::tenant::SuspensionCause::Operator;
    let by_hand = tenant.clone().suspended(cause, Some("Spam".to_owned()), world.stack.ctx().now()).unwrap();
    world.save_tenant(&by_hand).await;
    let restored = world.goes_on().await;
    world.hears(&restored).await;
    assert_eq!(world.stored_tenant().await, by_hand);
    // The operator opens it while it still owes: an old message closes it no more.
    let world = paying().await;
    let stopped = world.stops().await;
    world.hears(&stopped).await;
    let opened = world.stored_tenant().await.activated().unwrap();
    world.save_tenant(&opened).await;
    world.hears(&stopped).await;
    assert_eq!(world.stored_tenant().await, opened);
}

#[tokio::test]
async fn a_ladder_that_ends_subscriptions_suspends_too_and_who_leaves_by_choice_is_not() {
    let world = paying().await;
    let over = world.becomes(SubscriptionStatus::Cancelled).await;
    let asked = world.told(TenantId::PLATFORM, &over, &over.told_cancelled(CancelReason::Requested));
    world.hears(&asked).await;
    assert_eq!((world.status().await, world.names().await), (TenantStatus::Active, vec![]));
    let unpaid = world.told(TenantId::PLATFORM, &over, &over.told_cancelled_for(invoice()));
    world.hears(&unpaid).await;
    assert_eq!((world.status().await, world.names().await), (TenantStatus::Suspended, vec![json!("tenant.suspended")]));
}

#[tokio::test]
async fn only_what_the_platform_says_counts() {
    let world = paying().await;
    let after = world.becomes(SubscriptionStatus::Suspended).await;
    let elsewhere = world.told(world.stored_tenant().await.id, &after, &after.told_suspended(invoice()));
    world.hears(&elsewhere).await;
    assert_eq!(world.status().await, TenantStatus::Active);
    let customer = Party::Customer("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
    let told = SubscriptionSuspended { customer_id: customer, ..after.told_suspended(invoice()) };
    let message = world.told(TenantId::PLATFORM, &after, &told);
    world.hears(&message).await;
    assert_eq!(world.status().await, TenantStatus::Active);
}

#[tokio::test]
async fn a_death_anywhere_neither_loses_the_suspension_nor_makes_it_twice() {
    let calls = {
        let world = paying().await;
        let stopped = world.stops().await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(world.take(&ctx, &stopped).await);
        table.calls()
    };
    assert!(calls >= 3, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = paying().await;
        let stopped = world.stops().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        assert!(!world.take(&ctx, &stopped).await, "{fault:?}");
        assert!(world.take(&ctx, &stopped).await, "{fault:?}");
        assert_eq!((world.status().await, world.names().await.len()), (TenantStatus::Suspended, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn of_a_subscription_that_another_followed_nothing_is_heard_any_more() {
    let world = paying().await;
    let before = world.subscription().await;
    let over = Subscription { status: SubscriptionStatus::Cancelled, version: before.version + 1, ..before };
    world.save_subscription(&over).await;
    let event = world.told(TenantId::PLATFORM, &over, &over.told_cancelled_for(invoice()));
    let successor = Some("sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
    world.save_subscription(&Subscription { successor, version: over.version + 1, ..over }).await;
    world.hears(&event).await;
    assert_eq!(world.status().await, TenantStatus::Active);
}
