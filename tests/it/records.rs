//! Every row that is stored is of a record type, and every record has golden files. Both are counted here: the records in
//! the sources, the rows in a table that a month of business filled.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use table::{
    Item, TenantScope, personal,
    record::{is_row_of, misnamed},
};

/// A record type, by its text.
#[derive(Debug)]
pub(crate) struct Declared {
    /// The folder of its crate.
    folder: PathBuf,
    name: String,
    rows: Vec<String>,
    free: Vec<String>,
}

impl Declared {
    /// `usage_event_row`: what its golden files are called.
    fn file_stem(&self) -> String {
        let mut stem = String::new();
        for letter in self.name.chars() {
            if letter.is_ascii_uppercase() && !stem.is_empty() {
                stem.push('_');
            }
            stem.push(letter.to_ascii_lowercase());
        }
        stem
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The crates whose code runs in production.
fn crates() -> Vec<PathBuf> {
    let folders = ["functions", "shared"].map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let crates = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    crates.filter(|folder| folder.join("src").is_dir() && !folder.ends_with("testkit")).collect()
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(fs::read_to_string(&path).unwrap());
        }
    }
}

/// The texts of a list of texts: `["a", "b"]`.
fn texts(list: &str) -> Vec<String> {
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// All records of the product.
pub(crate) fn all() -> Vec<Declared> {
    let mut found = Vec::new();
    for folder in crates() {
        let mut files = Vec::new();
        sources(&folder.join("src"), &mut files);
        for file in files {
            let product = file.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
            for block in product.split("impl Record for ").skip(1) {
                let (name, block) = block.split_once(" {").unwrap();
                let block = block.split("\n}").next().unwrap();
                let of = |constant: &str| {
                    let list = block.split_once(&format!("const {constant}: "));
                    list.map(|(_, list)| texts(list.split(';').next().unwrap())).unwrap_or_default()
                };
                let (name, rows, free) = (name.to_owned(), of("ROWS"), of("FREE"));
                found.push(Declared { folder: folder.clone(), name, rows, free });
            }
        }
    }
    found
}

/// The names of a crate's golden files.
fn golden_files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.join("src/golden")) else { return Vec::new() };
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn every_record_has_golden_files_that_are_read_and_none_is_left_over() {
    let records = all();
    assert!(records.len() >= 50, "{}", records.len());
    let mut complaints = Vec::new();
    for folder in crates() {
        let ours: Vec<&Declared> = records.iter().filter(|record| record.folder == folder).collect();
        let read: String =
            fs::read_to_string(folder.join("src/golden.rs")).unwrap_or_default().split_whitespace().collect();
        let files = golden_files(&folder);
        for record in &ours {
            if record.rows.is_empty() {
                complaints.push(format!("{}: no rows", record.name));
            }
            if !files.iter().any(|file| file.split('.').next() == Some(&record.file_stem())) {
                complaints.push(format!("{}: no golden file {}.json", record.name, record.file_stem()));
            }
        }
        for file in files {
            match ours.iter().find(|record| file.split('.').next() == Some(&record.file_stem())) {
                None => complaints.push(format!("{file}: of no record")),
                Some(record) => {
                    let test = format!("from_golden::<{}>(include_str!(\"golden/{file}\"))", record.name);
                    if !read.contains(&test) {
                        complaints.push(format!("{file}: {}/src/golden.rs does not read it", folder.display()));
                    }
                }
            }
        }
        let stems: BTreeSet<String> = ours.iter().map(|record| record.file_stem()).collect();
        if stems.len() < ours.len() {
            complaints.push(format!("{}: two records of one name", folder.display()));
        }
    }
    assert_eq!(complaints, Vec::<String>::new());
}

/// What is wrong with stored rows: those of no record or of several, and those that have a name that is not in camel case.
pub(crate) fn complaints(records: &[Declared], rows: &[Value]) -> BTreeSet<String> {
    let mut complaints = BTreeSet::new();
    for row in rows {
        let (pk, sk) = (row["PK"].as_str().unwrap(), row["SK"].as_str().unwrap());
        let item = row.as_object().unwrap();
        let key = TenantScope::of_row(item).unwrap().key(pk.splitn(3, '#').nth(2).unwrap(), sk);
        let is_of = |record: &&Declared| is_row_of(&texts_of(&record.rows), &key);
        let of: Vec<&Declared> = records.iter().filter(is_of).collect();
        let &[record] = of.as_slice() else {
            complaints.insert(format!("{pk} / {sk} is of {:?}", of.iter().map(|one| &one.name).collect::<Vec<_>>()));
            continue;
        };
        let ours = item.iter().filter(|(name, _)| !(name.starts_with("GSI") || ["PK", "SK"].contains(&name.as_str())));
        let ours: Item = ours.map(|(name, value)| (name.clone(), value.clone())).collect();
        if let Some(name) = misnamed(&ours, &texts_of(&record.free)) {
            complaints.insert(format!("{}: {name} is not in camel case", record.name));
        }
    }
    complaints
}

/// The records that none of these rows is of.
pub(crate) fn unseen(records: &[Declared], rows: &[Value]) -> BTreeSet<String> {
    let is_seen = |record: &&Declared| {
        rows.iter().any(|row| {
            let (pk, sk) = (row["PK"].as_str().unwrap(), row["SK"].as_str().unwrap());
            let scope = TenantScope::of_row(row.as_object().unwrap()).unwrap();
            is_row_of(&texts_of(&record.rows), &scope.key(pk.splitn(3, '#').nth(2).unwrap(), sk))
        })
    };
    records.iter().filter(|record| !is_seen(record)).map(|record| record.name.clone()).collect()
}

fn texts_of(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[test]
fn an_export_knows_every_kind_of_row() {
    let mut stored: Vec<String> = all().into_iter().flat_map(|record| record.rows).collect();
    stored.sort();
    let known: Vec<&str> = tenancy::KINDS.iter().map(|kind| kind.row).collect();
    assert_eq!(known, stored, "say in shared/tenancy/src/privacy/kinds.rs what an export does with each kind of row");
}

#[test]
fn what_an_export_shows_opens_nothing() {
    let secret = ["nonce", "secret", "password", "token", "recovery", "authGen", "totp"];
    // A hash that says which file it is, and one that says which entry.
    let harmless = ["TransferProof", "AuditEntry"];
    for record in all() {
        for file in
            golden_files(&record.folder).iter().filter(|file| file.split('.').next() == Some(&record.file_stem()))
        {
            let golden = fs::read_to_string(record.folder.join("src/golden").join(file)).unwrap();
            for pattern in &record.rows {
                let kind = tenancy::KINDS.iter().find(|kind| kind.row == pattern).unwrap();
                let Some((_, shown)) = kind.shown(serde_json::from_str(&golden).unwrap()) else { continue };
                let shown = Value::Object(shown).to_string();
                for name in secret.iter().chain(["hash"].iter().filter(|_| !harmless.contains(&record.name.as_str()))) {
                    assert!(!shown.contains(&format!("\"{name}\":")), "{file} shows {name}: {shown}");
                }
            }
        }
    }
}

#[test]
fn a_row_of_no_record_and_a_name_in_snake_case_are_found() {
    let records = all();
    let row = |rest: &str, sk: &str, more: Value| {
        let mut row =
            json!({ "PK": format!("T#tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X#{rest}"), "SK": sk, "GSI1PK": "x", "ttl": 1 });
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    let good = [
        row("USR#usr_1", "USER", json!({ "authGen": 1, "preferences": { "riskTolerance": "moderate" } })),
        row("STATS#2026-12", "USERS#3", json!({ "signups:2026-12-01": 2 })),
        row("USAGE#sub_1", "C#2026-12-01#api_calls", json!({ "used": 1, "late#2026-11-01": 2 })),
    ];
    assert_eq!(complaints(&records, &good), BTreeSet::new());
    let bad = [
        row("USR#usr_1", "USERS", json!({})),
        row("USR#usr_1", "USER", json!({ "preferences": { "risk_tolerance": "moderate" } })),
        row("STATS#2026-12", "USERS#3", json!({ "sign_ups": 2 })),
    ];
    let found: Vec<String> = complaints(&records, &bad).into_iter().collect();
    assert_eq!(
        found,
        [
            "MonthCounters: sign_ups is not in camel case",
            "T#tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X#USR#usr_1 / USERS is of []",
            "User: risk_tolerance is not in camel case",
        ]
    );
    assert!(unseen(&records, &good).contains("Session") && !unseen(&records, &good).contains("User"));
}

/// The fields of a struct by its text, each with its serde attribute and its type.
fn fields<'a>(files: &'a [String], name: &str) -> Vec<(&'a str, &'a str, &'a str)> {
    let head = format!("struct {name} {{");
    let Some(body) = files.iter().find_map(|file| file.split_once(&head)?.1.split("\n}").next()) else {
        return Vec::new();
    };
    let (mut found, mut attribute) = (Vec::new(), "");
    for line in body.lines().map(str::trim) {
        if line.starts_with("#[serde(") {
            attribute = line;
        } else if let Some((field, of_type)) = line.strip_suffix(',').and_then(|line| line.split_once(": ")) {
            found.push((field.rsplit(' ').next().unwrap(), std::mem::take(&mut attribute), of_type));
        }
    }
    found
}

/// Types that say who somebody is, and how they are reached.
const OF_PEOPLE: [&str; 8] =
    ["BillTo", "Contact", "Email", "IdentityDocument", "PersonName", "Phone", "PhoneCheck", "Signatory"];

/// The words of a type: `Option<Email>` has `Option` and `Email`.
fn words(of_type: &str) -> impl Iterator<Item = &str> {
    of_type.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

#[test]
fn what_is_personal_in_a_record_is_marked_there() {
    let (mut personal, mut open) = (Vec::new(), Vec::new());
    for record in all() {
        let mut files = Vec::new();
        sources(&record.folder.join("src"), &mut files);
        let all = fields(&files, &record.name);
        for (field, attribute, of_type) in &all {
            if attribute.contains("with = \"table::personal\"") {
                // Only of a struct whose names are all its own can the store ask which are personal.
                assert!(all.iter().all(|(_, attribute, _)| !attribute.contains("flatten")), "{}", record.name);
                personal.push(format!("{}.{field}", record.name));
                continue;
            }
            // What is within counts too, one step down.
            let within = words(of_type).flat_map(|word| fields(&files, word)).flat_map(|(_, _, inner)| words(inner));
            if words(of_type).chain(within).any(|word| OF_PEOPLE.contains(&word)) {
                open.push(format!("{}.{field}", record.name));
            }
        }
    }
    personal.sort();
    open.sort();
    assert_eq!(
        personal,
        [
            "AgentTurn.text",
            "AgentTurn.tools",
            "AiRun.input",
            "BillingSettings.email",
            "BillingSettings.phone",
            "BillingSettings.signature",
            "Cart.delivery",
            "Cart.email",
            "CreditNote.bill_to",
            "CreditNote.memo",
            "CreditNote.seller",
            "Customer.contact",
            "DeviceBook.devices",
            "Impersonation.reason",
            "InboxItem.text",
            "InboxItem.title",
            "Invitation.email",
            "Invoice.bill_to",
            "Invoice.memo",
            "Invoice.seller",
            "KeptAnswer.answer",
            "MethodBook.leaving",
            "MethodBook.stripe_customer",
            "Notification.says",
            "Order.delivery",
            "Order.email",
            "Payment.beside",
            "Payment.failure",
            "Payment.kept_card",
            "Payment.transaction_id",
            "Payment.voided",
            "ProductReview.content",
            "ProductReview.history",
            "Quarantined.verdict",
            "RecurringInvoice.memo",
            "Refund.failure",
            "Refund.reason",
            "RunStep.answer",
            "SavedMethod.customer",
            "SavedMethod.token",
            "SealedMark.mark",
            "Shipment.people",
            "ShippingSettings.origins",
            "StoredFile.name",
            "Suppression.hint",
            "TrackingEvent.words",
            "TransferProof.note",
            "TransferProof.reason",
            "TransferProof.reference",
            "User.email",
            "User.first_name",
            "User.last_name",
            "User.phone",
            "User.phone_check",
            "WebhookEndpoint.retired",
            "WebhookEndpoint.secret",
            "WebhookEndpoint.url",
            "Withdrawal.reason",
            "Withdrawal.reference",
            "Withdrawal.to",
        ]
    );
    // The support address of a tenant is printed in every mail: it is nobody's secret.
    assert_eq!(open, ["Tenant.branding"]);
}

#[test]
fn no_condition_is_about_what_is_sealed() {
    let mut files = Vec::new();
    for folder in crates() {
        sources(&folder.join("src"), &mut files);
    }
    let about = |file: &String, name: &str| {
        ["Equals", "Missing", "AtLeast", "Below"]
            .iter()
            .any(|kind| file.contains(&format!("Condition::{kind}(\"{name}\"")))
    };
    let attributes = [
        personal::attributes::<billing::BillingSettings>(),
        personal::attributes::<billing::Invoice>(),
        personal::attributes::<customers::Customer>(),
        personal::attributes::<identity::Impersonation>(),
        personal::attributes::<identity::Invitation>(),
        personal::attributes::<identity::User>(),
        personal::attributes::<messaging::Notification>(),
        personal::attributes::<orders::Cart>(),
        personal::attributes::<orders::Order>(),
        personal::attributes::<payments::MethodBook>(),
        personal::attributes::<payments::Payment>(),
        personal::attributes::<payments::SavedMethod>(),
        personal::attributes::<reviews::ProductReview>(),
        personal::attributes::<tenancy::SealedMark>(),
        personal::attributes::<webhooks::WebhookEndpoint>(),
    ];
    assert_eq!(attributes.map(<[&str]>::len), [3, 3, 1, 1, 1, 5, 1, 2, 2, 2, 5, 2, 2, 1, 3]);
    for name in attributes.concat() {
        assert_eq!(files.iter().filter(|file| about(file, name)).count(), 0, "{name}");
    }
}
