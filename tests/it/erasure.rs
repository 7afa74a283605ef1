//! Erasing a customer who has done everything that a customer can, and then looking for them in every row.

use std::collections::BTreeSet;

use cloud::{Ctx, config::Limits};
use ruko_local::Surroundings;
use serde_json::{Value, json};
use table::TenantScope;

use crate::{
    company::Company,
    sandbox::{Call, Sandbox},
};

/// `INV` for a row under `T#tnt_…#INV#inv_…`.
fn kind(row: &Value) -> String {
    row["PK"].as_str().unwrap().split('#').nth(2).unwrap().to_owned()
}

/// The rows as the functions read them: what is sealed in the store is shown too.
async fn opened(ctx: &Ctx, rows: &[Value]) -> Vec<Value> {
    let mut opened = Vec::with_capacity(rows.len());
    for row in rows {
        let (pk, sk) = (row["PK"].as_str().unwrap(), row["SK"].as_str().unwrap());
        let scope = TenantScope::of_row(row.as_object().unwrap()).unwrap();
        let rest = pk.splitn(3, '#').nth(2).unwrap();
        // It may have expired or gone meanwhile.
        opened.extend(ctx.table().get(&scope.key(rest, sk)).await.unwrap().map(Value::from));
    }
    opened
}

/// The kinds of rows, but the audit trail, that hold one of these words.
fn kinds_with(rows: &[Value], words: &[&str]) -> BTreeSet<String> {
    let rows = rows.iter().filter(|row| words.iter().any(|word| row.to_string().contains(word)));
    rows.map(kind).filter(|kind| kind != "AUDIT").collect()
}

fn set(kinds: &[&str]) -> BTreeSet<String> {
    kinds.iter().map(|kind| (*kind).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_customer_is_found_in_no_row_but_the_books() {
    let sandbox = Sandbox::start().await;
    let mut companies = Company::found(&sandbox, &["toko-e"]).await;
    let company = companies.pop().unwrap();
    let control = sandbox.cloud.control();
    let surroundings = Surroundings { endpoints: control.endpoints(), clock: control.clock() };
    let ctx = ruko_local::context(surroundings, Limits::Loose).await.unwrap();
    let stored = async || testkit::all_rows(&control.endpoints().dynamodb, &control.endpoints().table).await;
    let rows = async || opened(&ctx, &stored().await).await;
    let names = json!({ "firstName": "Budiman", "lastName": "Wijayakusuma", "username": "budiman.w",
        "preferences": { "watchlist": ["IDX:ERASE"] } });
    let changed = sandbox.send("PATCH", "/api/v1/users/me", Call::of(&company.customer_token).body(names)).await;
    assert_eq!(changed.status, 200, "{:?}", changed.json);
    let linked = json!({ "externalId": "crm:7" });
    let path = format!("/api/v1/customers/{}", company.account);
    let linked = sandbox.send("PATCH", &path, Call::of(&company.owner_token).body(linked)).await;
    assert_eq!(linked.status, 200, "{:?}", linked.json);
    let words = ["budi@toko-e.example", "Budiman", "Wijayakusuma", "budiman.w", "IDX:ERASE"];
    assert_eq!(kinds_with(&rows().await, &words), set(&["CRN", "CUS", "INV", "USR"]));
    // Whoever reads the store itself sees a username and preferences, and nowhere whose they are.
    let personal = ["@toko-e.example", "Budiman", "Wijayakusuma"];
    assert_eq!(kinds_with(&stored().await, &personal), set(&[]));

    let path = format!("/api/v1/users/{}", company.customer);
    let erased = sandbox.send("DELETE", &path, Call::of(&company.customer_token)).await;
    assert_eq!((erased.status, erased.text("/data/status")), (200, "erased".to_owned()), "{:?}", erased.json);
    control.drain().await.unwrap();
    // Whoever forgets a part of it may do all that this takes, and nothing of it waits for somebody to look.
    let dead: Vec<_> = control.queues().into_iter().filter(|queue| queue.dlq.unwrap_or_default() > 0).collect();
    assert!(dead.is_empty(), "{dead:?}");
    let review = sandbox.get(&format!("/api/v1/reviews/{}", company.product_review), &company.owner_token).await;
    assert_eq!((review.status, review.text("/data/status").as_str()), (200, "deleted"), "{:?}", review.json);
    let rows = rows().await;
    // A credit note is kept as its invoice is.
    assert_eq!(kinds_with(&rows, &words), set(&["CRN", "INV"]));
    // The caller's address stands in the limiter's counters and in other people's sessions; nothing ties it to the id.
    let ties = rows.iter().filter(|row| row.to_string().contains("127.0.0.1")).cloned().collect::<Vec<_>>();
    assert_eq!(kinds_with(&ties, &[&company.customer]), set(&[]));
    for row in rows.iter().filter(|row| kind(row) == "OUT" && row["type"] == "user.erased") {
        assert_eq!(row["data"], json!({ "userId": company.customer }));
    }

    // What the company's own system calls the customer is free.
    let next = json!({ "name": "Dewi", "externalId": "crm:7" });
    let next = Call::of(&company.owner_token).key("next").body(next);
    let next = sandbox.send("POST", "/api/v1/customers", next).await;
    assert_eq!(next.status, 201, "{:?}", next.json);

    // Nothing is sold to a tombstone.
    let subscriptions = sandbox.get("/api/v1/subscriptions", &company.owner_token).await;
    let rows = subscriptions.json["data"].as_array().cloned().unwrap_or_default();
    let theirs = rows.iter().filter(|row| row["customerId"] == json!(company.account));
    let statuses: Vec<_> = theirs.map(|row| row["status"].clone()).collect();
    assert!(!statuses.is_empty() && statuses.iter().all(|status| status == "cancelled"), "{statuses:?}");

    // The books stay readable, and the address is free.
    let invoice = sandbox.get(&format!("/api/v1/invoices/{}", company.invoice), &company.owner_token).await;
    assert_eq!(invoice.text("/data/billTo/email"), "budi@toko-e.example");
    let note = sandbox.get(&format!("/api/v1/credit-notes/{}", company.credit_note), &company.owner_token).await;
    assert_eq!(note.text("/data/billTo/email"), "budi@toko-e.example");
    let pdf = sandbox.get(&format!("/api/v1/credit-notes/{}/pdf", company.credit_note), &company.owner_token).await;
    assert!(pdf.status == 200 && pdf.body.starts_with(b"%PDF-1.7"), "{}", pdf.status);
    let body = json!({ "email": "budi@toko-e.example", "username": "budi", "password": "correct horse battery" });
    let again = sandbox.send("POST", "/api/v1/auth/register", Call::default().tenant(&company.slug).body(body)).await;
    assert_eq!(again.status, 201, "{:?}", again.json);
}
