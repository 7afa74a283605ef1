//! The OpenAPI document of all groups together, and the list of endpoints, as committed under `docs/`.

use std::fmt::Write;

use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use web::Api;

/// The groups by their directory under `functions/`, which is also the tag of their operations.
fn groups() -> [(&'static str, OpenApiRouter<Api>); 7] {
    [
        ("billing", billing_api::routes()),
        ("identity", identity_api::routes()),
        ("notifications", notifications_api::routes()),
        ("payments", payments_api::routes()),
        ("platform", platform_api::routes()),
        ("subscriptions", subscriptions_api::routes()),
        ("tenants", tenants_api::routes()),
    ]
}

/// The merged document, with what follows from the kind of each operation.
pub fn document() -> OpenApi {
    let mut merged = web::openapi::base();
    for (_, routes) in groups() {
        merged.merge(routes.into_openapi());
    }
    web::openapi::complete(&mut merged);
    merged
}

/// `docs/openapi.json`: pretty, so that a change can be reviewed.
///
/// # Errors
/// The document does not serialise: a fault in the code.
pub fn json() -> Result<String, serde_json::Error> {
    document().to_pretty_json().map(|text| text + "\n")
}

/// `docs/ENDPOINTS.md`: method, path, operation and the file that serves it.
///
/// # Errors
/// As [`json`].
pub fn endpoints() -> Result<String, serde_json::Error> {
    let document = serde_json::to_value(document())?;
    let mut text = "# Endpoints\n\nWritten by `cargo xtask openapi`. One file serves one endpoint.\n\n\
                    | Method | Path | Operation | File |\n|---|---|---|---|\n"
        .to_owned();
    for (path, methods) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let name = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
            let group = operation.pointer("/tags/0").and_then(Value::as_str).unwrap_or_default();
            let file = format!("functions/{group}/src/{name}.rs");
            let _ = writeln!(text, "| {} | `{path}` | `{name}` | [{file}](../{file}) |", method.to_uppercase());
        }
    }
    Ok(text)
}
