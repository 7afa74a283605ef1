use http::Method;
use identity::Role;
use kernel::TenantExportId;
use serde_json::Value;
use table::{Query, TenantScope, Transaction};
use tenancy::{Tenant, TenantExports, TenantStatus, Tenants};
use testkit::{Answer, Beginning, Client, Interleaving, Member, Stack, task};

struct World {
    stack: Stack,
    tenant: Tenant,
    owner: Member,
    client: Client,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        Self { stack, tenant, owner, client }
    }

    async fn ask(&self, token: &str, key: &str) -> Answer {
        let path = format!("/api/v1/tenants/{}/export", self.tenant.id);
        self.client.call(Method::POST, path).bearer(token).idempotency_key(key).send().await
    }

    async fn get(&self, token: &str, export: &str) -> Answer {
        let path = format!("/api/v1/tenants/{}/exports/{export}", self.tenant.id);
        self.client.get(path).bearer(token).send().await
    }

    async fn set_status(&self, status: TenantStatus) {
        let tenant = Tenant { status, version: self.tenant.version + 1, ..self.tenant.clone() };
        let mut transaction = Transaction::new();
        Tenants::save(&mut transaction, &tenant).unwrap();
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    /// What the privacy worker does.
    async fn make_archive(&self, id: &str) {
        let (ctx, id): (_, TenantExportId) = (self.stack.ctx(), id.parse().unwrap());
        let exports = TenantExports::new(ctx.table(), TenantScope::new(self.tenant.id));
        let export = exports.get(id).await.unwrap().unwrap();
        ctx.put_object("exports/a.zip", "application/zip", b"PK".to_vec()).await.unwrap();
        let ready = export.packed("exports/a.zip".to_owned(), 2, ctx.now());
        let mut transaction = Transaction::new();
        exports.save(&mut transaction, &ready).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }
}

#[tokio::test]
async fn an_export_is_asked_for_once_and_fetched_by_a_link_for_a_day() {
    let mut world = World::open().await;
    let asked = world.ask(&world.owner.token, "one").await;
    assert_eq!((asked.status.as_u16(), asked.text("/data/status")), (202, "running".to_owned()));
    let id = asked.text("/data/id");
    assert_eq!(world.ask(&world.owner.token, "one").await.text("/data/id"), id, "a replay");
    let second = world.ask(&world.owner.token, "two").await;
    assert_eq!((second.status.as_u16(), second.text("/code")), (409, "EXPORT_RUNNING".to_owned()));
    assert_eq!(world.get(&world.owner.token, &id).await.at("/data/downloadUrl"), Value::Null);
    let told = world.stack.everything().await;
    assert_eq!(told.matches("\"tenant_export.continued\"").count(), 1);
    assert_eq!(told.matches("\"tenant_export.requested\"").count(), 1);
    assert!(told.contains("tenant.exported"), "it is in the audit trail");

    world.make_archive(&id).await;
    let ready = world.get(&world.owner.token, &id).await;
    assert_eq!((ready.text("/data/status"), ready.at("/data/sizeBytes")), ("ready".to_owned(), 2.into()));
    let url = ready.text("/data/downloadUrl");
    let path = url.strip_prefix("https://api.ruko.test").unwrap();
    let fetched = world.client.get(path).send().await;
    assert_eq!((fetched.status.as_u16(), fetched.body.as_slice()), (200, b"PK".as_slice()));
    assert_eq!(fetched.header("cache-control"), "private, no-store");
    let mut forged = path.to_owned();
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    forged.push(last);
    for bad in [forged.as_str(), "/api/v1/exports/x"] {
        assert_eq!(world.client.get(bad).send().await.status.as_u16(), 404);
    }

    world.stack.set_clock("2026-11-22T01:00:00Z");
    let over = world.client.get(path).send().await;
    assert_eq!((over.status.as_u16(), over.text("/code")), (409, "EXPORT_NOT_READY".to_owned()));
    world.owner.token = world.stack.sign_in(&world.owner).await;
    let expired = world.get(&world.owner.token, &id).await;
    assert_eq!((expired.text("/data/status"), expired.at("/data/downloadUrl")), ("expired".to_owned(), Value::Null));
    assert_eq!(world.ask(&world.owner.token, "three").await.status.as_u16(), 202);
}

#[tokio::test]
async fn it_needs_a_login_of_the_last_ten_minutes_and_an_administrator() {
    let world = World::open().await;
    let scope = TenantScope::new(world.tenant.id);
    let manager = world.stack.user(scope, "manager@example.com", Role::Manager).await;
    let customer = world.stack.user(scope, "budi@example.com", Role::User).await;
    let (_, foreigner) = world.stack.tenant("toko-b").await;
    let operator = world.stack.operator().await;
    let key = world.stack.api_key(&world.owner, &["*"]).await;
    for (token, status, code) in [
        (&manager.token, 403, "FORBIDDEN"),
        (&customer.token, 403, "FORBIDDEN"),
        (&key, 403, "STEP_UP_REQUIRED"),
        (&foreigner.token, 404, "NOT_FOUND"),
        (&operator.token, 202, ""),
    ] {
        let answer = world.ask(token, "one").await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code));
    }
    world.stack.set_clock("2026-11-21T01:10:01Z");
    let stale = world.ask(&world.owner.token, "two").await;
    assert_eq!((stale.status.as_u16(), stale.text("/code")), (403, "STEP_UP_REQUIRED".to_owned()));
}

#[tokio::test]
async fn a_tenant_that_has_used_up_its_calls_takes_its_data_away() {
    let world = World::open().await;
    world.stack.calls_used_up(TenantScope::new(world.tenant.id)).await;
    let asked = world.ask(&world.owner.token, "one").await;
    assert_eq!(asked.status.as_u16(), 202, "{}", asked.text("/code"));
    assert_eq!(world.get(&world.owner.token, &asked.text("/data/id")).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_tenant_that_is_suspended_or_over_takes_its_data_away() {
    for status in [TenantStatus::Suspended, TenantStatus::Cancelled] {
        let world = World::open().await;
        world.set_status(status).await;
        let manager = world.stack.user(TenantScope::new(world.tenant.id), "manager@example.com", Role::Manager).await;
        assert_eq!(world.ask(&manager.token, "one").await.status.as_u16(), 403, "{status:?}");
        let asked = world.ask(&world.owner.token, "one").await;
        assert_eq!(asked.status.as_u16(), 202, "{status:?}: {}", asked.text("/code"));
        let read = world.get(&world.owner.token, &asked.text("/data/id")).await;
        assert_eq!(read.status.as_u16(), 200, "{status:?}");
    }
}

/// Whatever the order of their calls of the store, of two that are asked for at once one is made.
#[tokio::test]
async fn of_two_that_are_asked_for_at_once_one_is_made() {
    let ask = |world: &World, key: &'static str| {
        let (token, path) = (world.owner.token.clone(), format!("/api/v1/tenants/{}/export", world.tenant.id));
        task(async move |ctx| {
            let client = Client::new(crate::function(ctx));
            let answer = client.call(Method::POST, path).bearer(&token).idempotency_key(key).send().await;
            (answer.status.as_u16(), answer.text("/code"), answer.text("/data/id"))
        })
    };
    for keys in [["one", "two"], ["same", "same"]] {
        let orders = Interleaving::sample(11, 40).passing("#RL#").passing("#USR#").passing("#SES#").passing("#ROLES");
        let played = orders.run(
            async || {
                let world = World::open().await;
                let tasks = keys.map(|key| ask(&world, key)).into();
                Beginning { facts: world.tenant.id, stack: world.stack, tasks }
            },
            async |ended| {
                let mut results = ended.results;
                results.sort();
                let scope = TenantScope::new(ended.facts);
                let exports = Query::partition(scope.partition("EXPORTS"));
                let made = ended.stack.ctx().table().query(exports).await.unwrap().items.len();
                assert_eq!((made, results[0].0), (1, 202), "{results:?}");
                let second = (results[1].0, results[1].1.as_str());
                if keys[0] == keys[1] {
                    let is_first = second.0 == 202 && results[1].2 == results[0].2;
                    assert!(is_first || second == (409, "IDEMPOTENCY_IN_PROGRESS"), "{results:?}");
                } else {
                    assert_eq!(second, (409, "EXPORT_RUNNING"));
                }
                let told = ended.stack.everything().await;
                assert_eq!(told.matches("\"tenant_export.requested\"").count(), 1);
            },
        );
        assert!(played.await > 1);
    }
}
