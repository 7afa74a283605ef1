//! What the document says of answers, held against every answer that the journeys get.

use std::sync::LazyLock;

use serde_json::Value;

/// What may be answered to a method at a path.
struct Documented {
    method: String,
    path: Vec<String>,
    responses: Value,
}

static DOCUMENTED: LazyLock<Vec<Documented>> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let path = path.split('/').map(str::to_owned).collect();
            all.push(Documented { method: method.to_uppercase(), path, responses: operation["responses"].clone() });
        }
    }
    all
});

/// Panics when an operation answers with a status, or with an `ETag`, that the document does not have.
pub(crate) fn check(method: &str, path: &str, status: u16, has_etag: bool) {
    let path: Vec<&str> = path.split('?').next().unwrap().split('/').collect();
    let is_at = |one: &&Documented| one.path.len() == path.len() && literals(one, &path).is_some();
    // Of `/users/me` and `/users/{id}` the first is meant, also by a method that only the second knows.
    let Some(place) = DOCUMENTED.iter().filter(is_at).max_by_key(|one| literals(one, &path)) else { return };
    let is_meant = |one: &&Documented| one.path == place.path && one.method == method;
    let Some(meant) = DOCUMENTED.iter().find(is_meant) else { return };
    let answer = &meant.responses[status.to_string()];
    let what = format!("{method} {}: {status}", meant.path.join("/"));
    assert!(answer.is_object(), "{what} is not in the document");
    assert!(!has_etag || answer["headers"]["ETag"].is_object(), "{what} has an ETag that is not in the document");
}

/// How many parts of a path are those of the operation's; `None` when another one is meant.
fn literals(one: &Documented, path: &[&str]) -> Option<usize> {
    let mut same = 0;
    for (part, given) in one.path.iter().zip(path) {
        match part.strip_prefix('{') {
            Some(_) if given.is_empty() => return None,
            Some(_) => {}
            None if part == given => same += 1,
            None => return None,
        }
    }
    Some(same)
}

#[test]
#[should_panic(expected = "GET /api/v1/invoices/{id}: 418 is not in the document")]
fn a_status_that_is_not_documented_is_noticed() {
    check("GET", "/api/v1/invoices/inv_1?x=1", 418, false);
}

#[test]
#[should_panic(expected = "has an ETag that is not in the document")]
fn an_etag_that_is_not_documented_is_noticed() {
    check("GET", "/api/v1/invoices", 200, true);
}

#[test]
fn what_is_documented_or_no_operation_is_let_pass() {
    check("GET", "/api/v1/users/me", 200, true);
    check("GET", "/api/v1/nothing", 404, false);
    check("PUT", "/api/v1/invoices", 405, false);
}
