//! Tenants as customers of the platform: billed from the end of their trials, if they convert.

use billing::{Interval, NewSubscription, Plans, RunStatus, SubscriptionStatus, tenant_catalogue};
use identity::{Role, Users};
use kernel::{Currency, Party, SubscriptionId, TenantId};
use serde_json::json;
use table::Transaction;
use testkit::{Member, Stack};

use super::{
    tests::{counts, deliver, events, invoices, run_of, work},
    *,
};

/// A company on its first day, and its own subscription in the platform's books: free until 2026-12-05 at 08:00 in Jakarta.
/// The subscription itself is due at midnight there, as those were that were made before free days had an instant.
struct World {
    stack: Stack,
    owner: Member,
    operator: Member,
    subscription: Subscription,
}

impl World {
    async fn sign_up() -> Self {
        let stack = Stack::start().await;
        let (ctx, table) = (stack.ctx(), stack.ctx().table());
        let (customer, owner) = stack.tenant("toko-a").await;
        let operator = stack.user(TenantScope::new(TenantId::PLATFORM), "operator@ruko.example", Role::Admin).await;
        let mut transaction = Transaction::new();
        Tenants::insert(&mut transaction, &Tenant::platform(operator.user, ctx.now())).unwrap();
        Plans::insert_all(&mut transaction, operator.scope, &tenant_catalogue()).unwrap();
        table.transact(transaction).await.unwrap();
        let new = NewSubscription {
            id: SubscriptionId::new(ctx.new_ulid()),
            party: Party::Tenant(customer.id),
            currency: Currency::IDR,
            interval: Interval::MONTH,
            quantity: 1,
            zone: customer.timezone.clone(),
        };
        let subscription = Subscription::start(new, &tenant_catalogue().remove(0), ctx.now()).unwrap();
        let mut transaction = Transaction::new();
        Subscriptions::insert(&mut transaction, operator.scope, &subscription).unwrap();
        table.transact(transaction).await.unwrap();
        Self { stack, owner, operator, subscription }
    }

    /// The worker is told twice to do what is due at this instant.
    async fn bill_at(&self, now: &str) {
        self.stack.set_clock(now);
        for _ in 0..2 {
            let message = work(&self.operator, &self.subscription, now);
            assert!(deliver(&self.stack.granted("billing-worker"), &[message]).await.is_empty());
        }
    }

    /// As in its free days: the subscription stays as it is.
    async fn convert(&self) {
        let tenants = Tenants::new(self.stack.ctx().table());
        let converted = tenants.get(self.owner.scope.tenant()).await.unwrap().unwrap().converted().unwrap();
        table::write_alone(self.stack.ctx().table(), |tx| Tenants::save(tx, &converted)).await.unwrap();
    }

    async fn stored(&self) -> Subscription {
        let subscriptions = Subscriptions::new(self.stack.ctx().table(), self.operator.scope);
        subscriptions.get(self.subscription.id).await.unwrap().unwrap().trusted("a test looks")
    }
}

#[tokio::test]
async fn a_tenant_is_invoiced_by_the_platform_from_the_end_of_its_trial() {
    let world = World::sign_up().await;
    let World { stack, owner, operator, .. } = &world;
    world.convert().await;
    // 14 free days from 2026-11-21, then a month from 2026-12-05, in Jakarta.
    for (now, invoiced) in [
        ("2026-12-04T18:00:00Z", 0),
        ("2026-12-05T00:59:59.999Z", 0),
        ("2026-12-05T01:00:00Z", 1),
        ("2027-01-04T18:00:00Z", 2),
    ] {
        world.bill_at(now).await;
        assert_eq!(invoices(stack, operator.scope).await.len(), invoiced, "{now}");
    }
    assert_eq!(events(stack, operator.scope, "2026120501").await, ["subscription.trial_ended", "invoice.issued"]);
    let invoice = invoices(stack, operator.scope).await.remove(0);
    // The platform collects no tax here.
    let first_day = invoice.lines[0].service.unwrap().start.to_string();
    let issued = invoice.issued.as_ref().unwrap();
    assert_eq!(
        (issued.date.to_string(), issued.at.to_string()),
        (first_day.clone(), "2026-12-05T01:00:00.000Z".to_owned())
    );
    assert_eq!((first_day, invoice.total.minor()), ("2026-12-05".to_owned(), 449_000));
    assert_eq!((invoice.seller.name.as_str(), invoice.bill_to.name.as_str()), ("Ruko", "Toko toko-a"));
    let address = Users::new(stack.ctx().table(), owner.scope).get(owner.user).await.unwrap().unwrap().email;
    assert_eq!(invoice.bill_to.email, Some(address));
}

#[tokio::test]
async fn a_tenant_that_does_not_convert_is_never_invoiced() {
    let world = World::sign_up().await;
    let World { stack, operator, subscription, .. } = &world;
    stack.set_clock("2026-12-04T18:00:00Z");
    let (run, message) = run_of(stack, operator, subscription, "2026-12-04T18:00:00Z").await;
    assert!(deliver(&stack.granted("billing-worker"), &[message]).await.is_empty());
    assert_eq!(counts(stack, operator.scope, run).await, (1, 0, 0, 1, RunStatus::Done));
    // The free days are over in Jakarta; the trial itself ends at 01:00 UTC, and until then it may be converted.
    for now in ["2026-12-04T18:00:00Z", "2026-12-05T01:00:00Z", "2027-01-04T18:00:00Z", "2027-12-04T18:00:00Z"] {
        world.bill_at(now).await;
        assert_eq!(invoices(stack, operator.scope).await, [], "{now}");
        assert_eq!(world.stored().await.status, SubscriptionStatus::Trialing, "{now}");
    }
    assert_eq!(events(stack, operator.scope, "2026120418").await, [] as [&str; 0]);
}

#[tokio::test]
async fn the_free_days_of_a_tenant_wait_on_the_agenda_for_the_end_of_its_trial() {
    let world = World::sign_up().await;
    let World { stack, operator, subscription, .. } = &world;
    let key = operator.scope.key(format_args!("DUE#subscription_period#{}", subscription.id), "DUE");
    let due_at = async || stack.ctx().table().get(&key).await.unwrap().map(|row| row["at"].clone());
    for (at, next) in [
        ("2026-12-04T17:00:00.000Z", "2026-12-05T01:00:00.000Z"),
        // It stays there until the tenants worker has ended the subscription.
        ("2026-12-05T01:00:00.000Z", "2026-12-05T01:00:00.000Z"),
    ] {
        stack.set_clock(at);
        assert_eq!(due_at().await, Some(json!(at)));
        let due =
            json!({ "tenantId": TenantId::PLATFORM, "kind": "subscription_period", "id": subscription.id, "at": at });
        for _ in 0..2 {
            assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&due)).await.is_empty());
        }
        assert_eq!(due_at().await, Some(json!(next)));
    }
    world.convert().await;
    let due = json!({ "tenantId": TenantId::PLATFORM, "kind": "subscription_period", "id": subscription.id,
        "at": "2026-12-05T01:00:00.000Z" });
    assert!(deliver(&stack.granted("billing-worker"), &[due]).await.is_empty());
    assert_eq!(world.stored().await.status, SubscriptionStatus::Active);
    let next = world.stored().await.due_at;
    assert!(next.to_string().starts_with("2027-01-04"), "{next}");
    assert_eq!(due_at().await, Some(json!(next)));
}
