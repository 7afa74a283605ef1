//! A company in its trial, with its own subscription in the platform's books.

use billing::{Interval, NewSubscription, Subscription, Subscriptions, tenant_catalogue};
use identity::audit;
use kernel::{Currency, Party, SubscriptionId};
use serde_json::{Value, json};
use table::{OperatorScope, Query, Table, TenantScope, Transaction};
use tenancy::{Tenant, TenantStatus, Tenants};
use testkit::{Member, Stack};

pub(crate) fn books() -> TenantScope {
    OperatorScope::assume("a test looks at the platform's books").platform()
}

/// A tenant as it signs up: in its trial until 2026-12-05T01:00:00Z, and its own subscription with it.
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) tenant: Tenant,
    pub(crate) owner: Member,
    pub(crate) subscription: Subscription,
}

impl World {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let new = NewSubscription {
            id: SubscriptionId::new(stack.ctx().new_ulid()),
            party: Party::Tenant(tenant.id),
            currency: Currency::IDR,
            interval: Interval::MONTH,
            quantity: 1,
            zone: tenant.timezone.clone(),
        };
        let subscription = Subscription::start(new, &tenant_catalogue().remove(0), stack.ctx().now()).unwrap();
        let subscription = subscription.free_until(tenant.trial_ends_at.unwrap());
        let mut transaction = Transaction::new();
        Subscriptions::insert(&mut transaction, books(), &subscription).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
        Self { stack, tenant, owner, subscription }
    }

    pub(crate) fn table(&self) -> &dyn Table {
        self.stack.ctx().table()
    }

    pub(crate) async fn stored_tenant(&self) -> Tenant {
        Tenants::new(self.table()).get(self.tenant.id).await.unwrap().unwrap()
    }

    pub(crate) async fn save(&self, changed: &Subscription) {
        let mut transaction = Transaction::new();
        Subscriptions::save(&mut transaction, books(), changed).unwrap();
        self.table().transact(transaction).await.unwrap();
    }

    pub(crate) async fn stored_subscription(&self) -> Subscription {
        let found = Subscriptions::new(self.table(), books()).get(self.subscription.id).await.unwrap();
        found.unwrap().trusted("a test looks")
    }

    /// The rows of one of the tenant's partitions.
    pub(crate) async fn rows(&self, partition: &str) -> Vec<Value> {
        let partition = TenantScope::new(self.tenant.id).partition(partition);
        let page = self.table().query(Query::partition(partition)).await.unwrap();
        page.items.iter().map(|row| json!(row)).collect()
    }

    /// What the tenant's trail of today says of an action.
    pub(crate) async fn trail(&self, action: &str) -> Vec<Value> {
        let rows = self.rows(&format!("AUDIT#{}", audit::day_of(self.stack.ctx().now()))).await;
        rows.into_iter().filter(|row| row["action"] == action).collect()
    }

    pub(crate) async fn has_status(&self, status: TenantStatus) {
        let old = self.stored_tenant().await;
        let new = Tenant { status, version: old.version + 1, ..old };
        table::write_alone(self.table(), |tx| Tenants::save(tx, &new)).await.unwrap();
    }
}
