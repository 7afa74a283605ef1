//! The OpenAPI document of all groups together, and the list of endpoints, as committed under `docs/`.

mod codes;
mod links;

use std::{collections::BTreeMap, fmt::Write};

use identity::audit::Action;
use serde_json::Value;
use utoipa::openapi::{OpenApi, RefOr, Schema};
use web::{Endpoints, NeededPermission};

use crate::functions::list::groups;

/// The merged document, with what follows from the kind of each operation.
pub fn document() -> OpenApi {
    let mut merged = web::openapi::base();
    for endpoints in groups() {
        merged.merge(endpoints.document());
    }
    name_actions(&mut merged);
    web::openapi::complete(&mut merged);
    codes::explain(&mut merged);
    links::add(&mut merged);
    merged
}

/// Those who record an action declare it; whoever reads the trail is told of all of them.
fn name_actions(document: &mut OpenApi) {
    let schema = document.components.as_mut().and_then(|components| components.schemas.get_mut("AuditAction"));
    if let Some(RefOr::T(Schema::Object(action))) = schema {
        action.enum_values = Some(actions().iter().map(|action| action.as_str().into()).collect());
    }
}

/// `docs/openapi.json`: pretty, so that a change can be reviewed.
///
/// # Errors
/// The document does not serialise: a fault in the code.
pub fn json() -> Result<String, serde_json::Error> {
    document().to_pretty_json().map(|text| text + "\n")
}

/// The permissions that each group asks for, by the group.
pub fn permissions() -> Vec<(&'static str, &'static [NeededPermission])> {
    groups().iter().map(|group| (group.group(), group.permissions())).collect()
}

/// All that is recorded in the audit trail, in the order of the names.
pub fn actions() -> Vec<Action> {
    let mut actions: Vec<Action> = groups().iter().flat_map(Endpoints::actions).cloned().collect();
    actions.push(web::ACCESS_DENIED);
    actions.sort();
    actions
}

/// `docs/permissions.json`: the permissions that a role can grant, each with what it allows.
///
/// # Errors
/// As [`json`].
pub fn permissions_json() -> Result<String, serde_json::Error> {
    let asked = permissions().into_iter().flat_map(|(_, asked)| asked);
    let grantable = asked.filter(|asked| !asked.permission.starts_with("platform:"));
    let meanings: BTreeMap<&str, &str> = grantable.map(|asked| (asked.permission, asked.meaning)).collect();
    serde_json::to_string_pretty(&meanings).map(|text| text + "\n")
}

/// `docs/audit-actions.json`: the names of all that is recorded in the audit trail.
///
/// # Errors
/// As [`json`].
pub fn actions_json() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&actions()).map(|text| text + "\n")
}

/// The file of each operation, from the root of the repository: the one that its handler's module is in.
pub fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for endpoints in groups() {
        for described in endpoints.operations() {
            let name = (described.operation)().operation_id.unwrap_or_default();
            files.insert(name, format!("functions/{}/src/{}", endpoints.group(), described.file));
        }
    }
    files
}

/// `docs/ENDPOINTS.md`: method, path, operation and the file that serves it.
///
/// # Errors
/// As [`json`].
pub fn endpoints() -> Result<String, serde_json::Error> {
    let document = serde_json::to_value(document())?;
    let files = files();
    let mut text = "# Endpoints\n\nWritten by `cargo xtask openapi`. One file serves one endpoint.\n\n\
                    | Method | Path | Operation | File |\n|---|---|---|---|\n"
        .to_owned();
    for (path, methods) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let name = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
            let file = files.get(name).map_or("", String::as_str);
            let _ = writeln!(text, "| {} | `{path}` | `{name}` | [{file}](../{file}) |", method.to_uppercase());
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn two_schemas_of_one_name_are_the_same() {
        let mut known: BTreeMap<String, (&str, Value)> = BTreeMap::new();
        for group in groups() {
            let document = serde_json::to_value(group.document()).unwrap();
            for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
                let (of, first) = known.entry(name.clone()).or_insert_with(|| (group.group(), schema.clone()));
                assert_eq!(first, schema, "{name} in {of} and {}", group.group());
            }
        }
        assert!(known.contains_key("Money"));
    }

    #[test]
    fn every_reference_leads_to_a_schema_and_every_schema_is_referred_to() {
        fn collect(part: &Value, found: &mut BTreeSet<String>) {
            match part {
                Value::Object(fields) => {
                    let target = fields.get("$ref").and_then(Value::as_str);
                    found.extend(
                        target.and_then(|place| place.strip_prefix("#/components/schemas/")).map(str::to_owned),
                    );
                    fields.values().for_each(|part| collect(part, found));
                }
                Value::Array(parts) => parts.iter().for_each(|part| collect(part, found)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        let document = serde_json::to_value(document()).unwrap();
        let mut referred = BTreeSet::new();
        collect(&document, &mut referred);
        let named: BTreeSet<String> = document["components"]["schemas"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(referred, named);
    }

    #[test]
    fn every_operation_has_its_group_for_a_tag() {
        for group in groups() {
            let document = serde_json::to_value(group.document()).unwrap();
            let paths = document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap());
            let tags: Vec<&Value> = paths.map(|(_, operation)| &operation["tags"]).collect();
            assert!(
                !tags.is_empty() && tags.iter().all(|tags| **tags == serde_json::json!([group.group()])),
                "{tags:?}"
            );
        }
    }
}
