//! Every event is in the catalogue, and looks the way its golden files say.

use std::{collections::BTreeSet, fs, path::PathBuf};

use events::{
    Event,
    catalogue::{ALL, EventReader, Known, markdown, schema},
};
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(name: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn golden(known: &Known, version: u16) -> Event {
    let path = folder("tests/golden").join(format!("{}.v{version}.json", known.name));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_payload_is_in_the_catalogue_in_order_and_once() {
    let (folders, mut sources): (Vec<PathBuf>, Vec<PathBuf>) = files("src").into_iter().partition(|path| path.is_dir());
    sources.extend(folders.iter().flat_map(|folder| files(folder.to_str().unwrap())));
    let sources = sources.into_iter().map(|path| fs::read_to_string(path).unwrap());
    // The one in the tests of `decode` is no event of ours.
    let written: usize = sources.map(|text| text.matches("impl Payload for ").count()).sum::<usize>() - 1;
    assert_eq!(written, ALL.len());
    assert!(ALL.is_sorted_by(|one, next| one.name < next.name));
}

#[test]
fn every_version_of_every_event_has_a_golden_file_and_no_file_is_left_over() {
    let expected: BTreeSet<String> = ALL
        .iter()
        .flat_map(|known| (1..=known.version).map(|version| format!("{}.v{version}.json", known.name)))
        .collect();
    let found: BTreeSet<String> =
        files("tests/golden").iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(found, expected);
}

#[test]
fn golden_events_are_read_whole() {
    for known in &ALL {
        let event = golden(known, known.version);
        assert_eq!((event.name.as_str(), event.version), (known.name, known.version));
        assert_eq!(event.audience, known.audience, "{}", known.name);
        assert_eq!(known.reread(&event).unwrap(), event.data, "{}", known.name);
        let whole = fs::read_to_string(folder("tests/golden").join(format!("{}.v{}.json", known.name, known.version)));
        assert_eq!(serde_json::to_value(&event).unwrap(), serde_json::from_str::<Value>(&whole.unwrap()).unwrap());
        for older in 1..known.version {
            known.reread(&golden(known, older)).unwrap();
        }
    }
}

/// The golden file has all that the schema lists, what may be absent too, and nothing else.
#[test]
fn golden_events_have_every_field_of_their_schema() {
    let schema = schema(&[]);
    let at = |pointer: &str| &schema["$defs"][pointer.trim_start_matches("#/$defs/")];
    for known in &ALL {
        let event = serde_json::to_value(golden(known, known.version)).unwrap();
        let envelope = &at(known.name)["properties"];
        assert_eq!(names(envelope), names(&event), "{}", known.name);
        let mut data = at(envelope["data"]["$ref"].as_str().unwrap());
        if let Some(target) = data["$ref"].as_str() {
            data = at(target);
        }
        assert_eq!(names(&data["properties"]), names(&event["data"]), "{}", known.name);
    }
}

fn names(object: &Value) -> BTreeSet<&String> {
    object.as_object().unwrap().keys().collect()
}

#[test]
fn a_schema_refers_to_nothing_that_is_not_there() {
    fn check(value: &Value, defs: &Value, count: &mut usize) {
        match value {
            Value::Object(entries) => {
                if let Some(target) = entries.get("$ref") {
                    let name = target.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    assert!(!defs[name].is_null(), "{name}");
                    *count += 1;
                }
                entries.values().for_each(|entry| check(entry, defs, count));
            }
            Value::Array(items) => items.iter().for_each(|item| check(item, defs, count)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let (schema, mut count) = (schema(&[]), 0);
    check(&schema, &schema["$defs"], &mut count);
    assert!(count > ALL.len() * 6, "{count}");
}

#[test]
fn the_documents_say_who_reads_an_event() {
    let readers = [EventReader { function: "notifier", events: vec!["user.registered"] }];
    let text = markdown(&readers);
    let row =
        "| `user.registered` | 1 | `UserId` | public | notifier | A user registered, or joined by an invitation. |";
    assert!(text.contains(row), "{text}");
    assert!(text.contains("| `user.roles_changed` | `roles` text[], `userId` UserId |"), "{text}");
    let converted = "`billedFrom` date?, `planKey` text?, `subscriptionId` SubscriptionId?, `tenantId` TenantId |";
    assert!(text.contains(converted), "{text}");
    assert_eq!(schema(&readers)["$defs"]["user.registered"]["x-readers"], serde_json::json!(["notifier"]));
}

/// Nothing that names a person or opens something is in an event: those who need it look it up, while it is there.
#[test]
fn no_event_has_a_field_for_secrets_or_personal_data() {
    let schema = schema(&[]);
    for (name, schema) in schema["$defs"].as_object().unwrap() {
        for field in schema["properties"].as_object().into_iter().flat_map(serde_json::Map::keys) {
            let field = field.to_lowercase();
            for word in ["email", "phone", "password", "token", "secret", "nonce", "code", "firstname", "lastname"] {
                // A tenant's look has the address that it prints beneath every mail: it is published.
                let settings = ["SecuritySettings", "ImportSettings", "BrandingSettings", "Settings"];
                let setting = settings.contains(&name.as_str());
                assert!(setting || !field.contains(word), "{name}.{field}");
            }
        }
    }
}
