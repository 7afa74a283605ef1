//! What the OpenAPI document must say of every operation.

use serde_json::Value;

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
        for (status, answer) in refusals {
            let answer = resolved(&document, answer);
            let schema = &answer["content"]["application/problem+json"]["schema"]["$ref"];
            let of_its_own = ["get_health", "get_health_services"].contains(&operation.id.as_str()) && status == "503";
            assert!(of_its_own || schema == "#/components/schemas/Problem", "{} {status}", operation.id);
            assert!(answer["headers"]["X-Request-Id"].is_object(), "{} {status}", operation.id);
            problems += 1;
        }
        assert!(problems > 0, "{}", operation.id);
        assert!(answers.contains_key("401") || operation.public, "{}", operation.id);
        let counted = !operation.path.contains("/webhooks/");
        assert!(!counted || answers.contains_key("429"), "{}", operation.id);
        assert!(!operation.path.starts_with("/api/") || answers.contains_key("503"), "{}", operation.id);
        let reads_json = operation.takes_body && !operation.path.contains("/webhooks/");
        assert!(!reads_json || answers.contains_key("400"), "{}", operation.id);
    }
}

#[test]
fn every_body_has_an_example() {
    let document = document();
    for operation in operations::all().iter().filter(|one| one.takes_body) {
        let contents = written(&document, operation)["requestBody"]["content"].as_object().unwrap();
        for (kind, content) in contents {
            let example = &content["example"];
            assert!(example.as_object().is_some_and(|fields| !fields.is_empty()), "{} {kind}: {content}", operation.id);
        }
    }
}

/// Declared by hand, since a handler's arguments do not show in the document.
#[test]
fn every_operation_that_reads_an_idempotency_key_says_so() {
    let document = document();
    for operation in operations::all() {
        let file = format!("{}/../{}", env!("CARGO_MANIFEST_DIR"), operation.file);
        let source = std::fs::read_to_string(file).unwrap();
        let handler = source.split("#[cfg(test)]").next().unwrap();
        let reads =
            handler.contains("Optional,") || handler.contains("Optional)") || handler.contains("IdempotencyKey,");
        let parameters = written(&document, &operation)["parameters"].as_array().cloned().unwrap_or_default();
        let declared = parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key");
        assert_eq!(declared, reads, "{}", operation.id);
    }
}
