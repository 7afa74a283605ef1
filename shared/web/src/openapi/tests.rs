use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::*;

/// A thing to be made.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema matters")]
struct Thing {
    /// Its name.
    #[schema(example = "a")]
    name: String,
    /// Its parts.
    parts: Vec<Part>,
    /// Whether it is there.
    there: Option<bool>,
}

/// A part.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema matters")]
struct Part {
    /// How many.
    #[schema(example = 3)]
    count: u8,
}

#[utoipa::path(
    post, path = "/api/v1/things", security(("bearer" = ["things:write"])), request_body = Thing,
    params(("Idempotency-Key" = String, Header)),
    responses((status = 201), (status = 403, description = "FORBIDDEN, STEP_UP_REQUIRED"))
)]
async fn make_thing() {}

#[utoipa::path(get, path = "/page", security(()), responses((status = 200)))]
async fn get_page() {}

#[utoipa::path(get, path = "/api/v1/things/{id}", security(("bearer" = [])), responses((status = 200)))]
async fn get_thing() {}

#[utoipa::path(
    patch, path = "/api/v1/things/{id}", security(("bearer" = [])), request_body = Part,
    params(("If-Match" = Option<String>, Header)), responses((status = 200))
)]
async fn change_thing() {}

#[utoipa::path(delete, path = "/api/v1/things/{id}", security(("bearer" = [])), responses((status = 200)))]
async fn delete_thing() {}

fn document() -> Value {
    let routes: OpenApiRouter = OpenApiRouter::new()
        .routes(routes!(make_thing))
        .routes(routes!(get_page))
        .routes(routes!(get_thing, change_thing, delete_thing));
    let mut document = base();
    document.merge(routes.into_openapi());
    complete(&mut document);
    serde_json::to_value(document).unwrap()
}

fn statuses(operation: &Value) -> Vec<&str> {
    operation["responses"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn an_operation_has_the_refusals_of_its_kind() {
    let document = document();
    let made = &document["paths"]["/api/v1/things"]["post"];
    assert_eq!(statuses(made), ["201", "400", "401", "403", "409", "413", "415", "422", "429", "500", "503"]);
    let forbidden = &made["responses"]["403"];
    assert_eq!(
        forbidden["description"],
        "MFA_ENROLMENT_REQUIRED, TENANT_SUSPENDED, ORIGIN_NOT_ALLOWED, IP_NOT_ALLOWED, TENANT_MISMATCH, FORBIDDEN, \
         STEP_UP_REQUIRED"
    );
    let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    assert_eq!(forbidden["content"]["application/problem+json"], problem);
    assert_eq!(made["responses"]["401"], json!({ "$ref": "#/components/responses/Unauthenticated" }));
    assert_eq!(document["components"]["responses"]["Unauthenticated"]["content"]["application/problem+json"], problem);
    assert_eq!(made["security"], json!([{ "bearer": ["things:write"] }, { "apiKey": ["things:write"] }]));
    assert_eq!(statuses(&document["paths"]["/page"]["get"]), ["200", "429", "500"]);
    let deleted = &document["paths"]["/api/v1/things/{id}"]["delete"];
    assert_eq!(statuses(deleted), ["200", "400", "401", "403", "404", "413", "415", "429", "500", "503"]);
    assert_eq!(
        deleted["responses"]["400"]["description"],
        "INVALID_TENANT_ID, TOKEN_IN_URL, INVALID_HEADER, UNKNOWN_FIELD, INVALID_BODY"
    );
}

#[test]
fn what_is_changed_by_its_version_is_answered_with_it() {
    let document = document();
    let etag = |path: &str, method: &str, status: &str| {
        document["paths"][path][method]["responses"][status]["headers"].get("ETag").is_some()
    };
    assert!(etag("/api/v1/things/{id}", "get", "200") && etag("/api/v1/things/{id}", "patch", "200"));
    assert!(!etag("/api/v1/things/{id}", "patch", "400") && !etag("/api/v1/things", "post", "201"));
}

#[test]
fn a_body_has_the_examples_of_its_fields() {
    let document = document();
    let body = &document["paths"]["/api/v1/things"]["post"]["requestBody"]["content"]["application/json"];
    assert_eq!(body["example"], json!({ "name": "a", "parts": [{ "count": 3 }], "there": true }));
}
