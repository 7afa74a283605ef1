//! What whoever copies the table would see.

use serde_json::Value;

use crate::sandbox::in_the_world;

/// Every text in a value, with the path to it.
fn texts(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        Value::Array(values) => values.iter().for_each(|value| texts(value, path, found)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| texts(value, &format!("{path}/{name}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn no_row_shows_an_address() {
    in_the_world(async |world| {
        let endpoints = world.sandbox.cloud.control().endpoints();
        let rows = testkit::all_rows(&endpoints.dynamodb, &endpoints.table).await;
        let sealed = rows.iter().filter(|row| row["personal"].is_string()).count();
        assert!(sealed >= 6, "two owners, two customers, two invoices: {sealed}");
        let mut found = Vec::new();
        for row in &rows {
            let kind = row["PK"].as_str().unwrap().split('#').nth(2).unwrap();
            texts(row, kind, &mut found);
        }
        found.retain(|(_, text)| text.contains('@'));
        assert_eq!(found, []);
    });
}
