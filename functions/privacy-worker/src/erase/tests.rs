//! Erasures as the agenda drives them: whole, in many turns, told twice, and while the store breaks.

use std::collections::{BTreeMap, BTreeSet};

use cloud::{Ctx, Function};
use events::tenant::CancelledBy;
use identity::Role;
use kernel::TenantId;
use serde_json::{Value, json};
use table::{Item, TenantScope, Transaction};
use tenancy::{Cancellation, Erasure, ErasureStep, KINDS, Tenant, TenantErasure, TenantErasures, Tenants, kind_of};
use testkit::{Fault, Stack, raw};

use crate::erase::{OPERATOR, one_of_each::one_of_each};

/// When the erasure is due.
const DUE: &str = "2026-12-21T01:00:00.000Z";

struct World {
    stack: Stack,
    tenant: TenantId,
    other: TenantId,
}

impl World {
    /// Two tenants that have a row of every kind each, of which the first is to be erased.
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let (other, other_owner) = stack.tenant("toko-b").await;
        for member in [&owner, &other_owner] {
            let customer = stack.user(member.scope, "budi@example.com", Role::User).await;
            stack.customer_of(&customer).await;
            stack.api_key(member, &["usage:write"]).await;
            fill(&stack, member.scope).await;
        }
        let ctx = stack.ctx();
        let reason = Cancellation { by: CancelledBy::Tenant, reason: "We moved".to_owned(), at: ctx.now() };
        let (marked, _) = tenant.clone().to_be_erased(&tenant.slug, reason).unwrap().unwrap();
        let mut transaction = Transaction::new();
        Tenants::save_out_of_trial(&mut transaction, &marked).unwrap();
        let erasures = TenantErasures::new(ctx.table(), OPERATOR);
        erasures.schedule(&mut transaction, tenant.id, DUE.parse().unwrap()).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        let world = Self { stack, tenant: tenant.id, other: other.id };
        world.stack.set_clock(DUE);
        world
    }

    async fn erasure(&self) -> Option<TenantErasure> {
        TenantErasures::new(self.stack.ctx().table(), OPERATOR).get(self.tenant).await.unwrap()
    }

    /// When the next turn is due.
    async fn due_at(&self) -> Option<String> {
        let key = OPERATOR.platform().key(format_args!("DUE#tenant_erasure#{}", self.tenant), "DUE");
        let row = self.stack.ctx().table().get(&key).await.unwrap()?;
        Some(row["at"].as_str().unwrap().to_owned())
    }

    async fn deliver(&self, ctx: &Ctx, at: &str) -> bool {
        let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
        let body = json!({ "tenantId": TenantId::PLATFORM, "kind": "tenant_erasure", "id": self.tenant, "at": at });
        let record = json!({ "messageId": "1", "body": body.to_string(), "attributes": {}, "messageAttributes": {} });
        handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
    }

    /// Plays turn after turn to the end, each when it is due; how many there were.
    async fn finish(&self) -> u64 {
        let mut turns = 0;
        while let Some(at) = self.due_at().await {
            self.stack.set_clock(&at);
            assert!(self.deliver(self.stack.ctx(), &at).await, "turn {turns} at {at}");
            turns += 1;
            assert!(turns < 50, "{:?}", self.erasure().await);
        }
        turns
    }

    /// The rows of a tenant, each as text by its key.
    async fn rows_of(&self, tenant: TenantId) -> BTreeMap<(String, String), String> {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let begins = format!("T#{tenant}#");
        let rows = self.stack.rows().await.into_iter();
        let own = rows.filter(|row| row["PK"].as_str().unwrap().starts_with(&begins));
        own.map(|row| ((text(&row, "PK"), text(&row, "SK")), row.to_string())).collect()
    }

    async fn objects(&self, folder: &str) -> BTreeSet<String> {
        self.stack.ctx().list_objects(folder).await.unwrap().into_iter().collect()
    }

    async fn is_erased(&self) {
        let left = self.rows_of(self.tenant).await;
        assert_eq!(left.keys().filter(|key| !goes_by_itself(key)).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
        let done = self.erasure().await.unwrap();
        assert_eq!((done.step, done.slug.as_ref()), (ErasureStep::Done, None));
        for folder in ["tenants", "exports"] {
            assert_eq!(self.objects(&format!("{folder}/{}", self.tenant)).await, BTreeSet::new());
        }
        let kept: BTreeSet<String> = self.objects(&format!("kept/{}", self.tenant)).await;
        let names: BTreeSet<&str> = kept.iter().map(|path| path.rsplit('/').next().unwrap()).collect();
        for name in ["tenant.json", "inv_9.pdf", "crn_9.pdf"] {
            assert!(names.contains(name), "{name}: {names:?}");
        }
        for file in ["billing-settings-", "credit-notes-", "invoices-", "journal-", "tax-rates-"] {
            assert_eq!(names.iter().filter(|name| name.starts_with(file)).count(), 1, "{file}: {names:?}");
        }
        assert_eq!(names.len(), 8, "{names:?}");
    }
}

/// Whether a row is of a kind that is left to its own end.
fn goes_by_itself((pk, sk): &(String, String)) -> bool {
    let scope = TenantScope::of_row(&Item::from_iter([("PK".to_owned(), pk.as_str().into())])).unwrap();
    let kind = kind_of(&scope.key(pk.splitn(3, '#').nth(2).unwrap(), sk)).unwrap();
    kind.erased == Erasure::ByTtl
}

async fn fill(stack: &Stack, scope: TenantScope) {
    let (ctx, tenant) = (stack.ctx(), scope.tenant());
    let index = stack.addresses().of(tenant, &"sari@example.com".parse().unwrap());
    let hidden = [
        (format!("U#EMAIL#{index}"), "U"),
        (format!("U#NAME#{}", identity::username_hash("sari")), "U"),
        (format!("PAY#{}", payments::transaction_hash("tx-9")), "CLAIM"),
    ];
    for (rest, sort) in &hidden {
        ctx.table().write(raw::put(scope.key(rest, sort), Item::new())).await.unwrap();
    }
    for (rest, sort, list, attributes) in one_of_each() {
        let Value::Object(item) = attributes else { panic!("{rest}") };
        let row = raw::put(scope.key(rest, sort), item);
        let row = if let Some(list) = list { row.gsi1(scope.gsi1(list, sort)) } else { row };
        ctx.table().write(row).await.unwrap();
    }
    let mut transaction = Transaction::new();
    let later = "2027-12-01T00:00:00Z".parse().unwrap();
    table::agenda::set(&mut transaction, scope, table::agenda::DueKind::SubscriptionPeriod, "sub_9", later).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    for path in ["invoices/inv_9.pdf", "credit-notes/crn_9.pdf", "brand/logo.png", "transfer-proofs/tpf_9/a"] {
        ctx.put_object(&format!("tenants/{tenant}/{path}"), "application/pdf", b"%PDF".to_vec()).await.unwrap();
    }
    ctx.put_object(&format!("exports/{tenant}/exp_9/a.zip"), "application/zip", b"PK".to_vec()).await.unwrap();
    stack.secrets.put(format!("ruko/test/tenants/{tenant}/midtrans"), "secret".to_owned());
}

#[tokio::test]
async fn every_kind_of_row_is_erased_and_another_tenant_keeps_every_byte() {
    let world = World::open().await;
    // The first tenant has proven one of its domains, the other one has the other.
    for (domain, tenant) in [("app.toko.id", world.tenant), ("lost.toko.id", world.other)] {
        let key = OPERATOR.global_name("DOMAIN", domain);
        let row = raw::put(key, Item::from_iter([("tenant".to_owned(), json!(tenant))]));
        world.stack.ctx().table().write(row).await.unwrap();
    }
    let before = world.rows_of(world.tenant).await;
    let there: BTreeSet<&str> = before
        .keys()
        .map(|(pk, sk)| {
            let scope = TenantScope::new(world.tenant);
            kind_of(&scope.key(pk.splitn(3, '#').nth(2).unwrap(), sk)).unwrap().row
        })
        .collect();
    for kind in KINDS {
        let is_expected = match kind.erased {
            Erasure::Walked | Erasure::Derived | Erasure::Agenda => true,
            Erasure::Last | Erasure::Domains | Erasure::ByTtl | Erasure::Platform => false,
        };
        assert!(!is_expected || there.contains(kind.row), "the test has no row of {}", kind.row);
    }
    let other = (world.rows_of(world.other).await, world.objects(&format!("tenants/{}", world.other)).await);

    world.finish().await;
    world.is_erased().await;
    let after = (world.rows_of(world.other).await, world.objects(&format!("tenants/{}", world.other)).await);
    assert_eq!(after, other);
    let ctx = world.stack.ctx();
    assert!(ctx.tenant_secret(world.tenant, "midtrans").await.unwrap().is_none());
    assert!(ctx.tenant_secret(world.other, "midtrans").await.unwrap().is_some());

    // What still names the tenant is the platform's: the proof, and the event that tells it.
    let id = world.tenant.to_string();
    let rows = world.stack.rows().await;
    let named = rows.iter().filter(|row| !row["PK"].as_str().unwrap().starts_with(&format!("T#{id}#")));
    let mut kinds: Vec<&str> = named
        .filter(|row| row.to_string().contains(&id))
        .map(|row| row["PK"].as_str().unwrap().split('#').nth(2).unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["ERASURE", "OUT"]);
    let told: Vec<&Value> = rows.iter().filter(|row| row["type"] == "tenant.deleted").collect();
    assert_eq!((told.len(), &told[0]["tenantId"]), (1, &json!(TenantId::PLATFORM)));
    let lost = OPERATOR.global_name("DOMAIN", "lost.toko.id");
    assert!(ctx.table().get(&lost).await.unwrap().is_some(), "the other tenant's domain");
    assert!(Tenants::new(ctx.table()).find_id(&"toko-a".parse().unwrap()).await.unwrap().is_none(), "the slug is free");
}

#[tokio::test]
async fn the_kept_books_have_what_was_issued_and_no_draft() {
    let world = World::open().await;
    world.finish().await;
    let mut books = String::new();
    for path in world.objects(&format!("kept/{}", world.tenant)).await {
        let bytes = world.stack.ctx().get_object(&path).await.unwrap().unwrap();
        books.push_str(&String::from_utf8(bytes).unwrap());
    }
    for word in ["TOKO-1", "crn_9", "led_9", "\"amount\":5", "%PDF", "\"slug\":\"toko-a\""] {
        assert!(books.contains(word), "{word}: {books}");
    }
    assert!(!books.contains("a draft") && !books.contains("sari@example.com"), "{books}");
}

#[tokio::test]
async fn nothing_happens_before_the_day_or_to_a_tenant_that_was_restored() {
    let world = World::open().await;
    world.stack.set_clock("2026-12-21T00:59:59.999Z");
    let before = world.rows_of(world.tenant).await;
    assert!(world.deliver(world.stack.ctx(), DUE).await);
    assert_eq!((world.erasure().await, world.due_at().await.as_deref()), (None, Some(DUE)));

    world.stack.set_clock(DUE);
    let ctx = world.stack.ctx();
    let tenant: Tenant = Tenants::new(ctx.table()).get(world.tenant).await.unwrap().unwrap();
    let mut transaction = Transaction::new();
    Tenants::save(&mut transaction, &tenant.not_to_be_erased().unwrap()).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    assert!(world.deliver(ctx, DUE).await);
    assert_eq!((world.erasure().await, world.due_at().await), (None, None));
    assert_eq!(world.rows_of(world.tenant).await.len(), before.len());
}

#[tokio::test]
async fn a_turn_that_is_told_twice_or_late_changes_nothing_more() {
    let world = World::open().await;
    let mut seen = Vec::new();
    while let Some(at) = world.due_at().await {
        world.stack.set_clock(&at);
        for _ in 0..2 {
            assert!(world.deliver(world.stack.ctx(), &at).await);
        }
        seen.push(at);
        assert!(seen.len() < 50);
    }
    world.is_erased().await;
    let done = world.erasure().await;
    for at in seen {
        assert!(world.deliver(world.stack.ctx(), &at).await);
    }
    assert_eq!(world.erasure().await, done);
    let told = world.stack.rows().await.iter().filter(|row| row["type"] == "tenant.deleted").count();
    assert_eq!(told, 1);
}

#[tokio::test]
async fn many_rows_are_erased_in_turns_and_what_comes_meanwhile_goes_too() {
    let world = World::open().await;
    let (ctx, scope) = (world.stack.ctx(), TenantScope::new(world.tenant));
    for hundred in 0..52 {
        let mut transaction = Transaction::new();
        for one in 0..100 {
            transaction.add(raw::put(scope.key("METERS", format_args!("m{hundred:02}{one:02}")), Item::new()));
        }
        ctx.table().transact(transaction).await.unwrap();
    }
    let (mut turns, mut late) = (0, false);
    let (mark, secret) =
        (format!("tenants/{}/brand/late.png", world.tenant), format!("ruko/test/tenants/{}/stripe", world.tenant));
    while let Some(at) = world.due_at().await {
        world.stack.set_clock(&at);
        if !late && world.erasure().await.is_some_and(|erasure| erasure.step == ErasureStep::LookAgain) {
            late = true;
            ctx.table().write(raw::put(scope.key("METERS", "late"), Item::new())).await.unwrap();
            for path in [&mark, &format!("exports/{}/exp_9/late.zip", world.tenant)] {
                ctx.put_object(path, "image/png", b"late".to_vec()).await.unwrap();
            }
            world.stack.secrets.put(secret.clone(), "secret".to_owned());
            let mut transaction = Transaction::new();
            let later = "2027-12-01T00:00:00Z".parse().unwrap();
            let kind = table::agenda::DueKind::SubscriptionPeriod;
            table::agenda::set(&mut transaction, scope, kind, "sub_late", later).unwrap();
            ctx.table().transact(transaction).await.unwrap();
        }
        assert!(world.deliver(ctx, &at).await);
        turns += 1;
    }
    assert!(turns >= 7 && late, "{turns}");
    world.is_erased().await;
    assert!(ctx.tenant_secret(world.tenant, "stripe").await.unwrap().is_none());
}

#[tokio::test]
async fn a_death_anywhere_begins_the_turn_again() {
    // How many calls each turn makes.
    let calls = {
        let world = World::open().await;
        let mut calls = Vec::new();
        while let Some(at) = world.due_at().await {
            world.stack.set_clock(&at);
            let (ctx, table) = world.stack.breaking(None);
            assert!(world.deliver(&ctx, &at).await);
            calls.push(table.calls());
        }
        calls
    };
    assert!(calls.len() >= 6, "{calls:?}");
    for (turn, calls) in calls.into_iter().enumerate() {
        // Near the beginning, in the middle, and at the end of each turn.
        let some: BTreeSet<u64> = [1, calls / 2, calls - 1].into();
        for call in some.into_iter().filter(|call| *call < calls) {
            let fault = if call % 2 == 0 { Fault::After(call) } else { Fault::Before(call) };
            let world = World::open().await;
            for _ in 0..turn {
                let at = world.due_at().await.unwrap();
                world.stack.set_clock(&at);
                assert!(world.deliver(world.stack.ctx(), &at).await);
            }
            let at = world.due_at().await.unwrap();
            world.stack.set_clock(&at);
            let (ctx, _) = world.stack.breaking(Some(fault));
            world.deliver(&ctx, &at).await;
            world.finish().await;
            world.is_erased().await;
        }
    }
}
