//! One company asks for everything of another's, and nothing changes there; then the other takes all that it has away.

use std::collections::{BTreeMap, BTreeSet};

use cloud::{Ctx, config::Limits};
use ruko_local::Surroundings;
use serde_json::Value;
use table::{Item, Key, TenantScope};
use tenancy::{Fate, kind_of};

use crate::{
    company::{Company, sign_in},
    completeness::foreign_case,
    operations::{self, Operation},
    sandbox::{Call, Sandbox},
};

fn key_of(row: &Item) -> Key {
    let (pk, sk) = (row["PK"].as_str().unwrap(), row["SK"].as_str().unwrap());
    TenantScope::of_row(row).unwrap().key(pk.splitn(3, '#').nth(2).unwrap(), sk)
}

/// All rows of one tenant, as they are stored.
async fn rows_of(sandbox: &Sandbox, company: &Company) -> Vec<Item> {
    let endpoints = sandbox.cloud.control().endpoints();
    let rows = testkit::all_rows(&endpoints.dynamodb, &endpoints.table).await;
    let rows = rows.into_iter().map(|row| row.as_object().unwrap().clone());
    rows.filter(|row| row["PK"].as_str().unwrap().starts_with(&format!("T#{}#", company.id))).collect()
}

/// Those that nobody but the tenant itself changes.
fn standing(rows: Vec<Item>) -> BTreeMap<String, Item> {
    let named = |row: Item| (format!("{} / {}", row["PK"].as_str().unwrap(), row["SK"].as_str().unwrap()), row);
    rows.into_iter().map(named).collect()
}

/// The rows that an export has, as it shows them.
async fn shown(ctx: &Ctx, rows: &[Item]) -> BTreeMap<String, BTreeSet<String>> {
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let key = key_of(row);
        let kind = kind_of(&key).unwrap_or_else(|| panic!("{} is of no kind", key.pk()));
        if matches!(kind.fate, Fate::Left(_)) {
            continue;
        }
        // Events that are only kept for replay are in no history.
        if key.sk().starts_with("OUT#") && !row.contains_key("GSI1PK") {
            continue;
        }
        let Some(open) = ctx.table().get(&key).await.unwrap() else { continue };
        let (file, line) = kind.shown(open).unwrap();
        files.entry(file.to_owned()).or_default().insert(Value::Object(line).to_string());
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_another_tenant_changes_and_an_export_has_every_row_of_ones_own() {
    let sandbox = Sandbox::start().await;
    let mut companies = Company::found(&sandbox, &["toko-i", "toko-o"]).await;
    let (theirs, ours) = (companies.pop().unwrap(), companies.pop().unwrap());
    let control = sandbox.cloud.control();
    control.drain().await.unwrap();

    let before = standing(rows_of(&sandbox, &theirs).await);
    assert!(before.len() > 100, "{}", before.len());
    // A file is refused for its form before anybody looks whose it is, and whoever names a SKU that is not there makes it.
    let otherwise = ["put_transfer_proof_file", "replace_inventory"];
    let reaching = |one: &&Operation| {
        let of_a_tenant = one.path.contains('{') && !one.is_about_dead_letters();
        !one.public && of_a_tenant && !otherwise.contains(&one.id.as_str())
    };
    let mut refused = 0;
    for operation in operations::all().iter().filter(reaching) {
        let path = operation.path_with(|name| theirs.value_for(&operation.path, name));
        let call = Call::of(&ours.owner_token).key("theirs").body(foreign_case(&operation.id));
        let answer = sandbox.send(&operation.method, &path, call).await;
        assert_eq!(answer.status, 404, "{} {path} {:?}", operation.method, answer.json);
        refused += 1;
    }
    assert!(refused > 80, "{refused}");
    control.drain().await.unwrap();
    let after = standing(rows_of(&sandbox, &theirs).await);
    let changed: Vec<&String> =
        after.iter().filter(|(at, row)| before.get(*at) != Some(row)).map(|(at, _)| at).collect();
    assert_eq!(changed, Vec::<&String>::new());
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());

    let owner = sign_in(&sandbox, &theirs.slug, &format!("owner@{}.example", theirs.slug)).await;
    control.drain().await.unwrap();
    let surroundings = Surroundings { endpoints: control.endpoints(), clock: control.clock() };
    let ctx = ruko_local::context(surroundings, Limits::Loose).await.unwrap();
    let expected = shown(&ctx, &rows_of(&sandbox, &theirs).await).await;
    assert!(expected.len() > 30, "{:?}", expected.keys());
    let path = format!("/api/v1/tenants/{}/export", theirs.id);
    let asked = sandbox.send("POST", &path, Call::of(&owner).key("all")).await;
    assert_eq!(asked.status, 202, "{:?}", asked.json);
    let export = asked.text("/data/id");
    control.drain().await.unwrap();
    let read = sandbox.get(&format!("/api/v1/tenants/{}/exports/{export}", theirs.id), &owner).await;
    assert_eq!(read.text("/data/status"), "ready", "{:?}", read.json);

    // The parts are beside the archive until the store takes them away.
    let folder = control.endpoints().objects.join(format!("exports/{}/{export}", theirs.id));
    let (mut lines, mut archives) = (BTreeSet::new(), 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "zip") {
            assert!(bytes.starts_with(b"PK\x03\x04"));
            archives += 1;
            continue;
        }
        // A text and its first version look alike, but are in two files.
        let mut part = BTreeSet::new();
        for line in String::from_utf8(bytes).unwrap().lines() {
            assert!(!line.contains(&ours.id), "{line}");
            assert!(part.insert(line.to_owned()), "twice: {line}");
        }
        lines.append(&mut part);
    }
    assert_eq!(archives, 1);
    let now = shown(&ctx, &rows_of(&sandbox, &theirs).await).await;
    for (file, rows) in &expected {
        // What changed meanwhile, such as the session of the caller, is there as it is now.
        let missing: Vec<&String> =
            rows.iter().filter(|row| !lines.contains(*row) && now[file].contains(*row)).collect();
        assert_eq!(missing, Vec::<&String>::new(), "{file}");
    }
    let link = read.text("/data/downloadUrl");
    let (_, path) = link.split_once("/api/").unwrap();
    let fetched = sandbox.send("GET", &format!("/api/{path}"), Call::default()).await;
    assert_eq!((fetched.status, fetched.body.starts_with(b"PK")), (200, true));
}
