//! Erasing a company that has done everything that a company can, and then looking for it in every row and file.

use std::collections::BTreeSet;

use kernel::Timestamp;
use serde_json::{Value, json};
use table::TenantScope;
use tenancy::{Erasure, kind_of};

use crate::{
    company::{Company, sign_in},
    sandbox::{Call, Sandbox},
};

/// `INV` for a row under `T#tnt_…#INV#inv_…`, and whose it is.
fn place(row: &Value) -> (TenantScope, String) {
    let scope = TenantScope::of_row(row.as_object().unwrap()).unwrap();
    (scope, row["PK"].as_str().unwrap().split('#').nth(2).unwrap().to_owned())
}

/// Whether a row is of a kind that is left to its own end, or has reached it: the local store takes its time.
fn goes_by_itself(row: &Value, now: Timestamp) -> bool {
    if row["ttl"].as_i64().is_some_and(|end| end <= now.as_seconds()) {
        return true;
    }
    let (scope, _) = place(row);
    let rest = row["PK"].as_str().unwrap().splitn(3, '#').nth(2).unwrap();
    let kind = kind_of(&scope.key(rest, row["SK"].as_str().unwrap())).unwrap();
    kind.erased == Erasure::ByTtl && row["ttl"].is_number()
}

async fn rows(sandbox: &Sandbox) -> Vec<Value> {
    let endpoints = sandbox.cloud.control().endpoints();
    testkit::all_rows(&endpoints.dynamodb, &endpoints.table).await
}

async fn advance(sandbox: &Sandbox, time: &str) {
    let moved = sandbox.control("/clock", json!({ "advance": time })).await;
    assert_eq!(moved.status, 200, "{:?}", moved.json);
    sandbox.cloud.control().drain().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_company_is_found_nowhere_but_in_the_platforms_books() {
    let sandbox = Sandbox::start().await;
    let mut companies = Company::found(&sandbox, &["toko-p", "toko-q"]).await;
    let (stays, goes) = (companies.pop().unwrap(), companies.pop().unwrap());
    sandbox.cloud.control().drain().await.unwrap();
    let owner = sign_in(&sandbox, &goes.slug, &format!("owner@{}.example", goes.slug)).await;
    let path = format!("/api/v1/tenants/{}", goes.id);
    let body = json!({ "slug": goes.slug, "reason": "We moved" });
    let deleted = sandbox.send("DELETE", &path, Call::of(&owner).body(body)).await;
    assert_eq!((deleted.status, deleted.text("/data/status")), (200, "CANCELLED".to_owned()), "{:?}", deleted.json);

    advance(&sandbox, "31d").await;
    for _ in 0..8 {
        advance(&sandbox, "1h").await;
    }

    let all = rows(&sandbox).await;
    let told = all.iter().filter(|row| row["type"] == "tenant.deleted").count();
    let of = |row: &&Value| row["SK"] == "ERASURE" || row["PK"].as_str().unwrap().contains("#tenant_erasure#");
    assert_eq!(told, 1, "it is not done: {:?}", all.iter().filter(of).collect::<Vec<_>>());
    let done = all.iter().find(|row| row["SK"] == "ERASURE").unwrap();
    let now: Timestamp = done["doneAt"].as_str().unwrap().parse().unwrap();
    let (own, others): (Vec<&Value>, Vec<&Value>) =
        all.iter().partition(|row| place(row).0.tenant().to_string() == goes.id);
    let left: Vec<(&Value, &Value)> =
        own.iter().filter(|row| !goes_by_itself(row, now)).map(|row| (&row["PK"], &row["SK"])).collect();
    assert_eq!(left, Vec::<(&Value, &Value)>::new());

    // What names it elsewhere: what it was billed and paid, what was told of that, that it was there, and that it is erased.
    let naming = others.iter().filter(|row| row.to_string().contains(&goes.id));
    let kinds: BTreeSet<String> = naming.map(|row| place(row).1).collect();
    let books: BTreeSet<String> = [
        "ALLOWANCE",
        "AUDIT",
        "BAL",
        "COUNTED",
        "CUSTOMER",
        "ENLISTED",
        "ERASURE",
        "INV",
        "JOURNAL",
        "NTF",
        "OUT",
        "PAY",
        "SUB",
        "USAGE",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(kinds.difference(&books).collect::<Vec<_>>(), Vec::<&String>::new());

    let objects = sandbox.cloud.control().endpoints().objects;
    for folder in ["tenants", "exports"] {
        let folder = objects.join(folder).join(&goes.id);
        assert_eq!(files(&folder), Vec::<String>::new());
    }
    let kept = files(&objects.join("kept").join(&goes.id));
    assert!(kept.iter().any(|name| name == "tenant.json"), "{kept:?}");
    assert!(kept.iter().any(|name| name.starts_with("invoices-")), "{kept:?}");
    assert!(
        kept.iter().any(|name| std::path::Path::new(name).extension().is_some_and(|kind| kind == "pdf")),
        "{kept:?}"
    );

    // Nobody gets in, the name is free, and the other company goes on.
    let body = json!({ "email": format!("owner@{}.example", goes.slug), "password": crate::company::PASSWORD });
    let login = sandbox.send("POST", "/api/v1/auth/login", Call::default().tenant(&goes.slug).body(body)).await;
    assert!((400..500).contains(&login.status), "{:?}", login.json);
    let owner = sign_in(&sandbox, &stays.slug, &format!("owner@{}.example", stays.slug)).await;
    let read = sandbox.get(&format!("/api/v1/invoices/{}", stays.invoice), &owner).await;
    assert_eq!(read.status, 200, "{:?}", read.json);
}

/// The names of all files below a folder.
fn files(folder: &std::path::Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() { files(&path) } else { vec![path.file_name().unwrap().to_str().unwrap().to_owned()] }
        })
        .collect()
}
