//! The fake's HTTP side.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::{Value, json};

use super::{Carriers, Refusal};
use crate::gateway::percent_decoded;

/// How long a silent carrier says nothing.
const SILENCE: Duration = Duration::from_mins(1);

/// Both carriers.
pub(crate) fn router(carriers: Arc<Carriers>) -> Router {
    Router::new().fallback(answer).with_state(carriers)
}

async fn answer(
    State(carriers): State<Arc<Carriers>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().trim_matches('/').to_owned();
    let (carrier, rest) = path.split_once('/').unwrap_or_default();
    let admitted = carriers.admit(carrier);
    if admitted == Ok(false) {
        tokio::time::sleep(SILENCE).await;
    }
    match carrier {
        "easypost" => {
            let answer = admitted.and_then(|_| {
                let rest = rest.strip_prefix("v2/").ok_or_else(Refusal::not_found)?;
                let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
                carriers.easypost(&method, rest, &key_of(&headers), &body)
            });
            let told =
                |refusal: &Refusal| json!({"error": {"code": refusal.code, "message": refusal.message, "errors": []}});
            respond(answer, told)
        }
        "rajaongkir" => {
            let key = headers.get("key").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            let answer = admitted.and_then(|_| {
                let rest = rest.strip_prefix("api/v1/").ok_or_else(Refusal::not_found)?;
                let text = String::from_utf8_lossy(&body).into_owned();
                let fields = [uri.query().unwrap_or_default(), &text].join("&");
                carriers.rajaongkir(&method, rest, &key, &form(&fields))
            });
            let told = |refusal: &Refusal| {
                let meta = json!({"message": refusal.message, "code": refusal.status, "status": "error"});
                json!({"meta": meta, "data": null})
            };
            respond(answer, told)
        }
        _ => respond(Err(Refusal::not_found()), |_| json!({})),
    }
}

/// The key of a bearer, or the name of basic authentication.
fn key_of(headers: &HeaderMap) -> String {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (scheme, rest) = header.split_once(' ').unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") {
        return rest.trim().to_owned();
    }
    let bytes = STANDARD.decode(rest.trim()).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    text.split_once(':').map(|(key, _)| key.to_owned()).unwrap_or_default()
}

pub(super) fn form(text: &str) -> Vec<(String, String)> {
    let decoded = |part: &str| percent_decoded(&part.replace('+', " "));
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn respond(answer: Result<(u16, Value), Refusal>, told: impl Fn(&Refusal) -> Value) -> Response {
    let (status, body) = answer.unwrap_or_else(|refusal| (refusal.status, told(&refusal)));
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
