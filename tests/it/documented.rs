//! What the OpenAPI document must say of every operation.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::operations::{self, Operation};

fn document() -> Value {
    serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap()
}

/// An answer, wherever it is written.
fn resolved<'a>(document: &'a Value, answer: &'a Value) -> &'a Value {
    answer["$ref"].as_str().map_or(answer, |place| document.pointer(place.trim_start_matches('#')).unwrap())
}

fn written<'a>(document: &'a Value, operation: &Operation) -> &'a Value {
    &document["paths"][&operation.path][operation.method.to_lowercase()]
}

#[test]
fn every_refusal_is_a_problem_and_every_secured_operation_refuses_strangers() {
    let document = document();
    for operation in operations::all() {
        let answers = written(&document, &operation)["responses"].as_object().unwrap();
        let refusals = answers.iter().filter(|(status, _)| status.starts_with(['4', '5']));
        let mut problems = 0;
        let is_page = ["/pay/", "/unsubscribe/"].iter().any(|page| operation.path.starts_with(page));
        for (status, answer) in refusals {
            let answer = resolved(&document, answer);
            let schema = &answer["content"]["application/problem+json"]["schema"]["$ref"];
            let of_its_own = ["get_health", "get_health_services"].contains(&operation.id.as_str()) && status == "503";
            // Whoever looks at a page reads no problem documents.
            let of_its_own = of_its_own || is_page && answer["content"].get("text/html").is_some();
            assert!(of_its_own || schema == "#/components/schemas/Problem", "{} {status}", operation.id);
            assert!(answer["headers"]["X-Request-Id"].is_object(), "{} {status}", operation.id);
            problems += 1;
        }
        assert!(problems > 0, "{}", operation.id);
        assert!(answers.contains_key("401") || operation.public, "{}", operation.id);
        let counted = !operation.path.contains("/webhooks/");
        assert!(!counted || answers.contains_key("429"), "{}", operation.id);
        assert!(!operation.path.starts_with("/api/") || answers.contains_key("503"), "{}", operation.id);
        let reads_json = operation.takes_body && !operation.path.contains("/webhooks/") && !is_page;
        assert!(!reads_json || answers.contains_key("400"), "{}", operation.id);
    }
}

#[test]
fn whoever_can_lose_every_race_says_so() {
    let document = document();
    let mut racing = 0;
    for operation in operations::all() {
        let source = std::fs::read_to_string(crate::completeness::crate_root().join(&operation.file)).unwrap();
        if source.contains("until_settled") && source.contains("Problem::conflict") {
            let answers = written(&document, &operation)["responses"].as_object().unwrap();
            assert!(answers.contains_key("409"), "{} answers 409 CONFLICT and does not say so", operation.id);
            racing += 1;
        }
    }
    assert!(racing > 40, "{racing}");
}

#[test]
fn every_body_has_an_example() {
    let document = document();
    for operation in operations::all().iter().filter(|one| one.takes_body) {
        let contents = written(&document, operation)["requestBody"]["content"].as_object().unwrap();
        // A file has none.
        for (kind, content) in contents.iter().filter(|(_, content)| content["schema"]["format"] != "binary") {
            let is_said = |example: &Value| example.as_object().is_some_and(|fields| !fields.is_empty());
            let named = content["examples"].as_object();
            let named =
                named.is_some_and(|named| !named.is_empty() && named.values().all(|one| is_said(&one["value"])));
            assert!(named || is_said(&content["example"]), "{} {kind}: {content}", operation.id);
        }
    }
}

/// By the source of its handler: a document that forgot a caller would call an operation public that is not.
#[test]
fn every_operation_says_who_may_call_it() {
    let document = document();
    let mut guarded = 0;
    for operation in operations::all() {
        let signature = signature(&operation);
        let described = written(&document, &operation);
        let permission = described["x-permission"].as_str();
        let asks = ["Caller<", "ReachedTenant<", "Shopper<", ": Asker"].iter().any(|one| signature.contains(one));
        assert_eq!(permission.is_some(), asks, "{}", operation.id);
        let expected = match permission {
            // Who sends no token is let in too.
            Some(one) if ["PerhapsCaller<", "Shopper<", ": Asker"].iter().any(|of| signature.contains(of)) => {
                json!([{ "bearer": [one] }, {}, { "apiKey": [one] }])
            }
            Some(one) => json!([{ "bearer": [one] }, { "apiKey": [one] }]),
            None if signature.contains(": SignedIn") => json!([{ "bearer": [] }]),
            None if signature.contains(": KeyBearer") => json!([{ "apiKey": [] }]),
            None => json!([]),
        };
        assert_eq!(described["security"], expected, "{}", operation.id);
        let said = described["description"].as_str().unwrap_or_default();
        assert!(permission.is_none_or(|one| said.contains(&format!("the permission `{one}`."))), "{said}");
        guarded += u32::from(asks);
    }
    assert!(guarded > 50, "{guarded}");
}

/// The parts of an answer: none is put together of schemas of which one refuses the fields of another.
#[test]
fn no_schema_is_put_together_of_others() {
    let schemas = document()["components"]["schemas"].to_string();
    assert!(!schemas.contains("\"allOf\""));
}

/// An operation is found by the words that people search for.
#[test]
fn every_operation_is_called_by_what_it_does() {
    let usual = [
        "Accept",
        "Activate",
        "Add",
        "Apply",
        "Approve",
        "Archive",
        "Cancel",
        "Capture",
        "Change",
        "Check",
        "Confirm",
        "Convert",
        "Count",
        "Create",
        "Decide",
        "Delete",
        "Deny",
        "Disable",
        "Download",
        "Enable",
        "End",
        "Erase",
        "Exchange",
        "Export",
        "Extend",
        "Fail",
        "Finalize",
        "Get",
        "Import",
        "List",
        "Log",
        "Mark",
        "Merge",
        "Open",
        "Pause",
        "Pay",
        "Preview",
        "Provision",
        "Publish",
        "Reactivate",
        "Rebuild",
        "Receive",
        "Record",
        "Refresh",
        "Register",
        "Reject",
        "Release",
        "Remove",
        "Replace",
        "Replay",
        "Report",
        "Request",
        "Resend",
        "Reset",
        "Restore",
        "Resume",
        "Retry",
        "Revoke",
        "Rotate",
        "Search",
        "Send",
        "Set",
        "Settle",
        "Start",
        "Stop",
        "Suggest",
        "Suspend",
        "Sync",
        "Test",
        "Train",
        "Unlink",
        "Unlock",
        "Update",
        "Upload",
        "Verify",
        "Void",
    ];
    let document = document();
    let mut titles = BTreeSet::new();
    for operation in operations::all() {
        let title = written(&document, &operation)["summary"].as_str().unwrap().to_owned();
        let verb = title.split(' ').next().unwrap();
        assert!(usual.contains(&verb), "{}: {title}", operation.id);
        // What changes a thing as a whole or in part, and what reads it, is called so everywhere.
        let expected = match operation.id.split('_').next().unwrap() {
            "list" => Some("List"),
            "create"
                if !operation.id.contains("owed")
                    && !operation.id.contains("service_token")
                    && !operation.id.contains("run") =>
            {
                Some("Create")
            }
            "update" => Some("Update"),
            "replace" => Some("Replace"),
            _ => None,
        };
        assert!(expected.is_none_or(|word| word == verb), "{}: {title}", operation.id);
        assert!(titles.insert(title.clone()), "{title} stands twice");
    }
}

/// Where one call leads to the next, both ends are there.
#[test]
fn every_link_leads_from_a_value_to_a_parameter() {
    let document = document();
    let all = operations::all();
    let mut links = 0;
    for operation in &all {
        let answers = written(&document, operation)["responses"].as_object().unwrap();
        for (name, link) in answers.values().filter_map(|answer| answer["links"].as_object()).flatten() {
            let next = all.iter().find(|one| link["operationId"] == one.id.as_str());
            let next = next.unwrap_or_else(|| panic!("{} {name}", operation.id));
            let parameters = written(&document, next)["parameters"].as_array().cloned().unwrap_or_default();
            for parameter in link["parameters"].as_object().into_iter().flatten() {
                assert!(parameters.iter().any(|one| one["name"] == parameter.0.as_str()), "{} {name}", operation.id);
            }
            for field in link["requestBody"].as_object().into_iter().flatten() {
                assert!(next.body.contains(field.0), "{} {name}", operation.id);
            }
            links += 1;
        }
    }
    assert!(links > 25, "{links}");
    let made = &document["paths"]["/api/v1/tenants"]["post"]["responses"]["201"]["links"]["get_tenant"];
    assert_eq!(made["parameters"]["id"], "$response.body#/data/tenant/id");
}

#[test]
fn every_part_of_a_path_is_described() {
    let document = document();
    for operation in operations::all() {
        let parameters = written(&document, &operation)["parameters"].as_array().cloned().unwrap_or_default();
        let named = parameters.iter().filter(|one| one["in"] == "path").map(|one| one["name"].as_str().unwrap());
        let parts = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        assert!(named.eq(parts), "{}", operation.id);
    }
}

#[test]
fn every_group_is_declared() {
    let document = document();
    let declared: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let operations = operations::all();
    let used: BTreeSet<&str> = operations.iter().map(|operation| operation.group.as_str()).collect();
    assert_eq!(declared, used);
}

/// The arguments of an operation's handler, as they are written.
fn signature(operation: &Operation) -> String {
    let file = format!("{}/../{}", env!("CARGO_MANIFEST_DIR"), operation.file);
    let source = std::fs::read_to_string(file).unwrap();
    let (_, handler) = source.split_once(&format!("async fn {}(", operation.id)).unwrap();
    handler.split_once("{\n").unwrap().0.to_owned()
}
