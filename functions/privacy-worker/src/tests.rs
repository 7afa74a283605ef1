//! Exports as the queue drives them: whole, in many turns, told twice, and while the store breaks.

use std::collections::{BTreeMap, BTreeSet};

use cloud::{Ctx, Function};
use events::{
    Meta,
    tenant::{TenantTrialEnding, export::TenantExportContinued},
};
use identity::Role;
use kernel::{EventId, RequestId, TenantExportId, TenantId};
use serde_json::{Value, json};
use table::{OperatorScope, TenantScope, Transaction};
use tenancy::{ExportState, ExportStatus, TenantExport, TenantExports};
use testkit::{Fault, Stack, raw};

use crate::archive::tests::opened;

struct World {
    stack: Stack,
    tenant: TenantId,
    export: TenantExportId,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let (other, _) = stack.tenant("toko-b").await;
        let scope = TenantScope::new(tenant.id);
        let customer = stack.user(scope, "budi@example.com", Role::User).await;
        stack.customer_of(&customer).await;
        stack.api_key(&owner, &["usage:write"]).await;
        let ctx = stack.ctx();
        for (tenant, name) in [(tenant.id, "invoices/inv_1.pdf"), (other.id, "invoices/inv_2.pdf")] {
            let path = format!("tenants/{tenant}/{name}");
            ctx.put_object(&path, "application/pdf", b"%PDF".to_vec()).await.unwrap();
        }
        for name in ["search/1.idx", "search/1.docs", "search/1.json", "recommend/rcm_1.bin"] {
            let path = format!("tenants/{}/{name}", tenant.id);
            ctx.put_object(&path, "application/octet-stream", b"words".to_vec()).await.unwrap();
        }
        let export = TenantExport::requested(TenantExportId::new(ctx.new_ulid()), tenant.id, owner.user, ctx.now());
        let mut transaction = Transaction::new();
        TenantExports::new(ctx.table(), scope).save(&mut transaction, &export).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        Self { tenant: tenant.id, export: export.id, stack }
    }

    fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant)
    }

    async fn now(&self) -> TenantExport {
        let exports = TenantExports::new(self.stack.ctx().table(), self.scope());
        exports.get(self.export).await.unwrap().unwrap()
    }

    /// The event of the turn that the export waits for.
    fn turn(&self, version: u64) -> Value {
        let ctx = self.stack.ctx();
        let meta = Meta {
            id: EventId::new(ctx.new_ulid()),
            tenant_id: self.tenant,
            occurred_at: ctx.now(),
            request_id: RequestId::new(ctx.new_ulid()),
            given_request_id: None,
            subject_version: version,
        };
        json!(events::record(&meta, &TenantExportContinued { export_id: self.export }).unwrap())
    }

    /// Plays turn after turn to the end; how many there were.
    async fn finish(&self) -> u64 {
        loop {
            let export = self.now().await;
            if export.status_at(self.stack.ctx().now()) == ExportStatus::Ready {
                return export.version;
            }
            assert!(deliver(&self.stack.granted("privacy-worker"), &self.turn(export.version)).await);
            assert_eq!(self.now().await.version, export.version + 1, "each turn is one change");
        }
    }

    async fn archive(&self) -> BTreeMap<String, Vec<Value>> {
        let files = opened(&self.zip().await);
        let lines = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap_or(Value::Null)).collect()
        };
        files.into_iter().map(|(name, bytes)| (name, lines(bytes))).collect()
    }

    async fn zip(&self) -> Vec<u8> {
        let ExportState::Ready { object, size_bytes, .. } = self.now().await.state else { panic!("not ready") };
        let zip = self.stack.ctx().get_object(&object).await.unwrap().unwrap();
        assert_eq!(u64::try_from(zip.len()).unwrap(), size_bytes);
        zip
    }
}

async fn deliver(ctx: &Ctx, event: &Value) -> bool {
    let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
    let body = json!({ "detail": event }).to_string();
    let record = json!({ "messageId": "1", "body": body, "attributes": {}, "messageAttributes": {} });
    handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
}

#[tokio::test]
async fn an_export_has_all_of_the_tenant_and_nothing_that_opens_anything() {
    let world = World::open().await;
    world.finish().await;
    let files = world.archive().await;
    let emails: BTreeSet<_> = files["users.jsonl"].iter().map(|user| user["email"].as_str().unwrap()).collect();
    assert!(emails.contains("budi@example.com"), "{emails:?}");
    assert_eq!(files["tenant.jsonl"][0]["slug"], "toko-a");
    assert_eq!(files["customers.jsonl"].len(), 1);
    assert_eq!(files["api-keys.jsonl"].len(), 1);
    assert!(files.contains_key("files/invoices/inv_1.pdf") && !files.contains_key("files/invoices/inv_2.pdf"));
    let is_made = |name: &String| name.starts_with("files/search") || name.starts_with("files/recommend");
    assert!(!files.keys().any(is_made), "made of the rows: {:?}", files.keys());
    let all = format!("{files:?}");
    for secret in ["argon2", "nonce", "\"hash\"", "authGen", "GSI1PK", "toko-b", "T#tnt_"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    // Each row once.
    for (name, rows) in files.iter().filter(|(name, _)| holds_rows(name)) {
        let texts: BTreeSet<String> = rows.iter().map(Value::to_string).collect();
        assert_eq!(texts.len(), rows.len(), "{name}");
    }
    let export = world.now().await;
    assert_eq!(
        u64::try_from(files.iter().filter(|(name, _)| holds_rows(name)).map(|(_, rows)| rows.len()).sum::<usize>())
            .unwrap(),
        export.rows
    );
}

/// What the platform's books have of a party: a bill that was issued, one that was drafted, a credit note, a payment and its
/// refund, a subscription with its usage, a balance, a card and an entry of the journal.
async fn is_billed(stack: &Stack, party: &str, mark: &str) {
    let (ctx, books) = (stack.ctx(), OperatorScope::assume("a test").platform());
    let id = |kind: &str| format!("{kind}_01JD2Z3M4N5P6Q7R8S9T0V1W2{mark}");
    let (inv, crn, pay, sub) = (id("inv"), id("crn"), id("pay"), id("sub"));
    let draft = format!("inv_01JD2Z3M4N5P6Q7R8S9T0V1W3{mark}");
    let (customer, entry) = (format!("CUSTOMER#{party}"), format!("2026-11-21T01:00:00.000Z#{}", id("led")));
    let pointers = [
        (format!("INV#{inv}"), json!({ "invoice": inv })),
        (format!("INV#{draft}"), json!({ "invoice": draft })),
        (format!("CRN#{crn}"), json!({ "creditNote": crn })),
        (format!("PAY#{pay}"), json!({ "paymentId": pay })),
        (format!("SUB#{sub}"), json!({ "subscription": sub })),
        ("COUPON#WELCOME".to_owned(), json!({ "used": mark })),
    ];
    let rows = [
        (format!("INV#{inv}"), "INV", json!({ "id": inv, "issued": { "number": mark } }), Some("INV")),
        (format!("INV#{draft}"), "INV", json!({ "id": draft }), Some("INV")),
        (format!("CRN#{crn}"), "CRN", json!({ "id": crn }), Some("CRN")),
        (format!("PAY#{pay}"), "PAYMENT", json!({ "id": pay, "keptCard": { "token": "tok" } }), Some("PAY")),
        (format!("PAY#{pay}"), "REFUND#rfn_1", json!({ "id": "rfn_1" }), None),
        (format!("SUB#{sub}"), "SUB", json!({ "id": sub }), Some("SUB")),
        (format!("USAGE#{sub}"), "C#2026-11-21#users", json!({ "count": 4 }), None),
        (format!("BAL#{party}"), "BAL#IDR", json!({ "party": party }), Some("BAL")),
        (format!("PMT#{party}"), "BOOK", json!({ "methods": [format!("pmt_{mark}")] }), None),
        (format!("PMT#pmt_{mark}"), "METHOD", json!({ "id": format!("pmt_{mark}"), "token": "tok" }), None),
        ("JOURNAL#2026-11".to_owned(), entry.as_str(), json!({ "id": mark }), Some(party)),
    ];
    let item = |value: Value| table::to_item(&value).unwrap();
    for (sort, row) in pointers {
        ctx.table().write(raw::put(books.key(&customer, sort), item(row))).await.unwrap();
    }
    for (rest, sort, row, list) in rows {
        let list = list.map(|list| if list == party { format!("LEDGER#{party}") } else { list.to_owned() });
        let write = raw::put(books.key(&rest, sort), item(row));
        let write = match list {
            Some(list) => write.gsi1(books.gsi1(list, &rest)),
            None => write,
        };
        ctx.table().write(write).await.unwrap();
    }
    let folder = format!("tenants/{}", TenantId::PLATFORM);
    for path in [
        format!("invoices/{inv}.pdf"),
        format!("invoices/{inv}.paid.pdf"),
        format!("invoices/{inv}.receipt.pdf"),
        format!("credit-notes/{crn}.pdf"),
    ] {
        ctx.put_object(&format!("{folder}/{path}"), "application/pdf", b"%PDF".to_vec()).await.unwrap();
    }
}

#[tokio::test]
async fn what_the_platform_billed_the_tenant_is_in_the_export_and_nothing_of_anothers() {
    let world = World::open().await;
    is_billed(&world.stack, &world.tenant.to_string(), "X").await;
    is_billed(&world.stack, "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y", "Y").await;
    let drafted = world.scope().key("INV#inv_9", "INV");
    let row = table::to_item(&json!({ "id": "inv_9" })).unwrap();
    let row = raw::put(drafted, row).gsi1(world.scope().gsi1("INV", "draft#inv_9"));
    world.stack.ctx().table().write(row).await.unwrap();
    world.finish().await;
    let files = world.archive().await;
    let billed: Vec<(&str, usize)> =
        files.iter().filter_map(|(name, rows)| Some((name.strip_prefix("billed/")?, rows.len()))).collect();
    assert_eq!(
        billed,
        [
            ("balances.jsonl", 1),
            ("credit-notes.jsonl", 1),
            ("files/credit-notes/crn_01JD2Z3M4N5P6Q7R8S9T0V1W2X.pdf", 1),
            ("files/invoices/inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X.paid.pdf", 1),
            ("files/invoices/inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X.pdf", 1),
            ("files/invoices/inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X.receipt.pdf", 1),
            ("invoices.jsonl", 1),
            ("journal.jsonl", 1),
            ("payment-methods.jsonl", 1),
            ("payments.jsonl", 1),
            ("redemptions.jsonl", 1),
            ("refunds.jsonl", 1),
            ("subscriptions.jsonl", 1),
            ("usage-counters.jsonl", 1),
        ]
    );
    assert_eq!(files["invoices.jsonl"][0]["id"], "inv_9", "the tenant's own drafts are the tenant's");
    let all = format!("{files:?}");
    for foreign in ["1W2Y", "1W3X", "\"tok\"", "pmt_Y"] {
        assert!(!all.contains(foreign), "{foreign}: {all}");
    }
}

#[tokio::test]
async fn many_rows_are_read_in_turns_and_each_is_there_once() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    for _ in 0..52 {
        let mut transaction = Transaction::new();
        for version in 1..=100 {
            let told = TenantTrialEnding { tenant_id: world.tenant, trial_ends_at: ctx.now() };
            ctx.insert_event(&mut transaction, world.tenant, RequestId::new(ctx.new_ulid()), version, &told).unwrap();
        }
        ctx.table().transact(transaction).await.unwrap();
    }
    let turns = world.finish().await;
    assert!(turns >= 4, "{turns}");
    let history = world.archive().await.remove("history.jsonl").unwrap();
    let ids: BTreeSet<_> = history.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!((history.len(), ids.len()), (5_200, 5_200));
}

#[tokio::test]
async fn a_turn_that_is_told_twice_or_late_is_done_once() {
    let world = World::open().await;
    let turn = world.turn(1);
    assert!(deliver(world.stack.ctx(), &turn).await);
    let after = world.now().await;
    assert!(deliver(world.stack.ctx(), &turn).await);
    assert_eq!(world.now().await, after);
    world.finish().await;
    let ready = world.now().await;
    for late in [&turn, &world.turn(ready.version)] {
        assert!(deliver(world.stack.ctx(), late).await);
    }
    assert_eq!(world.now().await, ready);
    let rows = world.stack.rows().await;
    let told: Vec<&Value> = rows.iter().filter(|row| row["type"] == "tenant_export.ready").collect();
    assert_eq!((told.len(), &told[0]["data"]["exportId"]), (1, &json!(world.export)));
}

#[tokio::test]
async fn a_death_anywhere_begins_the_turn_again_and_doubles_nothing() {
    let (calls, whole) = {
        let world = World::open().await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(deliver(&ctx, &world.turn(1)).await);
        let calls = table.calls();
        world.finish().await;
        (calls, world.archive().await)
    };
    assert!(calls > 20, "{calls}");
    let last = [calls - 2, calls - 1];
    for fault in (0..calls).step_by(9).chain(last).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        assert!(!deliver(&ctx, &world.turn(1)).await, "{fault:?}");
        assert!(deliver(world.stack.ctx(), &world.turn(1)).await, "{fault:?}");
        world.finish().await;
        let archive = world.archive().await;
        assert_eq!(archive.keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>(), "{fault:?}");
        let counts = |files: &BTreeMap<String, Vec<Value>>| files.values().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(counts(&archive), counts(&whole), "{fault:?}");
    }
}

fn holds_rows(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|kind| kind == "jsonl")
}
