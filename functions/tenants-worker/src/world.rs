//! A company in its trial, since the stack's first day, with its own subscription in the platform's books.

use billing::{Interval, NewSubscription, Plans, Subscription, Subscriptions, tenant_catalogue};
use cloud::{Ctx, Function};
use identity::Role;
use kernel::{Currency, Party, SubscriptionId, TenantId};
use serde_json::{Value, json};
use table::{
    Key, Query, TenantScope, Transaction,
    agenda::{self, DueKind},
};
use tenancy::{Tenant, Tenants};
use testkit::Stack;

pub(crate) struct World {
    pub(crate) stack: Stack,
    tenant: Tenant,
    books: TenantScope,
    subscription: Option<SubscriptionId>,
}

impl World {
    pub(crate) async fn open() -> Self {
        let mut world = Self::unbilled().await;
        let (ctx, plan) = (world.stack.ctx(), tenant_catalogue().remove(0));
        let new = NewSubscription {
            id: SubscriptionId::new(ctx.new_ulid()),
            party: Party::Tenant(world.tenant.id),
            currency: Currency::IDR,
            interval: Interval::MONTH,
            quantity: 1,
            zone: world.tenant.timezone.clone(),
        };
        let subscription = Subscription::start(new, &plan, ctx.now()).unwrap();
        let subscription = subscription.free_until(world.tenant.trial_ends_at.unwrap());
        let mut transaction = Transaction::new();
        Subscriptions::insert(&mut transaction, world.books, &subscription).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        world.subscription = Some(subscription.id);
        world
    }

    pub(crate) async fn unbilled() -> Self {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let books = TenantScope::new(TenantId::PLATFORM);
        let operator = stack.user(books, "operator@ruko.example", Role::Admin).await;
        let mut transaction = Transaction::new();
        Tenants::insert(&mut transaction, &Tenant::platform(operator.user, stack.ctx().now())).unwrap();
        Plans::insert_all(&mut transaction, books, &tenant_catalogue()).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
        Self { stack, tenant, books, subscription: None }
    }

    pub(crate) const fn tenant_id(&self) -> TenantId {
        self.tenant.id
    }

    fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant.id)
    }

    /// Delivers a message of the agenda as SQS does; whether it was taken.
    pub(crate) async fn deliver(&self, kind: DueKind, at: &str) -> bool {
        self.deliver_to(self.stack.ctx(), kind, at).await
    }

    /// Delivers what the queue brings, of the agenda or of the bus; whether it was taken.
    pub(crate) async fn take(&self, ctx: &Ctx, body: &Value) -> bool {
        let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
        let record = json!({ "messageId": "1", "body": body.to_string(), "attributes": {}, "messageAttributes": {} });
        handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
    }

    pub(crate) async fn stored_tenant(&self) -> Tenant {
        Tenants::new(self.stack.ctx().table()).get(self.tenant.id).await.unwrap().unwrap()
    }

    pub(crate) async fn save_tenant(&self, changed: &Tenant) {
        table::write_alone(self.stack.ctx().table(), |tx| Tenants::save(tx, changed)).await.unwrap();
    }

    /// The subscription becomes another one.
    pub(crate) async fn save_subscription(&self, changed: &Subscription) {
        let mut transaction = Transaction::new();
        Subscriptions::save(&mut transaction, self.books, changed).unwrap();
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    pub(crate) async fn deliver_to(&self, ctx: &Ctx, kind: DueKind, at: &str) -> bool {
        let message = json!({ "tenantId": self.tenant.id, "kind": kind, "id": self.tenant.id, "at": at });
        self.take(ctx, &message).await
    }

    /// The conversion, as far as this worker sees it.
    pub(crate) async fn convert(&self) {
        let table = self.stack.ctx().table();
        let converted = Tenants::new(table).get(self.tenant.id).await.unwrap().unwrap().converted().unwrap();
        let mut transaction = Transaction::new();
        Tenants::save_out_of_trial(&mut transaction, &converted).unwrap();
        table.transact(transaction).await.unwrap();
    }

    pub(crate) async fn put_on_agenda(&self, kind: DueKind, at: &str) {
        let at = at.parse().unwrap();
        let row =
            table::write_alone(self.stack.ctx().table(), |tx| agenda::set(tx, self.scope(), kind, self.tenant.id, at));
        row.await.unwrap();
    }

    /// When this kind of work is due; `None` when it is not on the agenda.
    pub(crate) async fn on_agenda(&self, kind: DueKind) -> Option<String> {
        self.due_at(self.scope().key(format_args!("DUE#{}#{}", kind.as_str(), self.tenant.id), "DUE")).await
    }

    pub(crate) async fn billing_agenda(&self) -> Option<String> {
        let id = self.subscription.unwrap();
        self.due_at(self.books.key(format_args!("DUE#subscription_period#{id}"), "DUE")).await
    }

    async fn due_at(&self, key: Key) -> Option<String> {
        let row = self.stack.ctx().table().get(&key).await.unwrap();
        row.map(|row| row["at"].as_str().unwrap().to_owned())
    }

    pub(crate) async fn subscription(&self) -> Subscription {
        let subscriptions = Subscriptions::new(self.stack.ctx().table(), self.books);
        subscriptions.get(self.subscription.unwrap()).await.unwrap().unwrap().trusted("a test looks at it")
    }

    /// The tenant's events of an hour.
    pub(crate) async fn events(&self, hour: &str) -> Vec<Value> {
        self.outbox(self.scope(), hour).await
    }

    /// The names of the events in the platform's books.
    pub(crate) async fn books_events(&self, hour: &str) -> Vec<Value> {
        self.outbox(self.books, hour).await.into_iter().map(|event| event["type"].clone()).collect()
    }

    async fn outbox(&self, scope: TenantScope, hour: &str) -> Vec<Value> {
        let query = Query::partition(scope.partition(format!("OUT#{hour}")));
        let page = self.stack.ctx().table().query(query).await.unwrap();
        page.items.into_iter().map(Value::Object).collect()
    }
}
