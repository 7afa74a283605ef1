//! Examples of whole request bodies, put together from those of their fields.

use serde_json::{Map, Value, json};
use utoipa::openapi::{OpenApi, RefOr};

use super::{body, operations};

/// How deep schemas are followed; one that holds itself has no example.
const MAX_DEPTH: u8 = 8;

/// Gives every body an example, where one can be made.
pub(super) fn fill_in(document: &mut OpenApi) {
    // Schemas are easier to walk as JSON, in which each kind has the same form.
    let Ok(whole) = serde_json::to_value(&*document) else { return };
    for (_, operation) in document.paths.paths.values_mut().flat_map(operations) {
        let contents = body(operation).into_iter().flat_map(|body| body.content.values_mut());
        for content in contents {
            let RefOr::T(content) = content else { continue };
            if content.example.is_none() && content.examples.is_empty() {
                let schema = serde_json::to_value(&content.schema).unwrap_or_default();
                content.example = example(&whole, &schema, 0);
            }
        }
    }
}

/// An example of a schema. `None` where a value would have to be made up.
pub(crate) fn example(whole: &Value, schema: &Value, depth: u8) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    let of = |schema: &Value| example(whole, schema, depth + 1);
    let first = |name: &str| schema.get(name).and_then(Value::as_array).and_then(|all| all.first()).cloned();
    let given = schema.get("example").cloned().or_else(|| first("examples")).or_else(|| first("enum"));
    if given.is_some() {
        return given;
    }
    if let Some(place) = schema.get("$ref").and_then(Value::as_str) {
        return of(whole.pointer(place.strip_prefix('#')?)?);
    }
    if let Some(choice) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        return choice.iter().filter(|one| !is(one, "null")).find_map(of);
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut whole = Map::new();
        for part in parts {
            whole.extend(of(part)?.as_object()?.clone());
        }
        return Some(whole.into());
    }
    if let Some(items) = schema.get("items") {
        return Some(json!([of(items)?]));
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let required = schema.get("required").and_then(Value::as_array);
        let mut all = Map::new();
        for (name, property) in properties {
            match of(property) {
                Some(value) => drop(all.insert(name.clone(), value)),
                None if required.is_some_and(|required| required.iter().any(|one| one == name)) => return None,
                None => {}
            }
        }
        return Some(all.into());
    }
    match schema.get("format").and_then(Value::as_str) {
        Some("date") => Some("2026-12-01".into()),
        Some("date-time") => Some("2026-12-01T03:04:05.678Z".into()),
        Some(_) | None => is(schema, "boolean").then_some(Value::Bool(true)),
    }
}

/// Whether a schema is of a type, or may be.
fn is(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
        one => one.is_some_and(|one| one == kind),
    }
}
