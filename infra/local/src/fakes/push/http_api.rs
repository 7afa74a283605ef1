//! The fake's HTTP side: `/token` and `/v1/projects/{project}/messages:send` of Google's, `/push/{browser}` of a push service.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::{Value, json};

use super::{Push, web::Posted};

/// How long a caller who came too often is to wait, seconds.
const RETRY_AFTER: &str = "1";

/// `https://oauth2.googleapis.com`, `https://fcm.googleapis.com` and a push service.
pub(crate) fn router(push: Arc<Push>) -> Router {
    Router::new().fallback(answer).with_state(push)
}

async fn answer(State(push): State<Arc<Push>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let path = uri.path();
    if method != Method::POST {
        return respond(405, &json!({"error": "only POST is played here"}));
    }
    if path == "/token" {
        let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        return match push.give_token(field("grant_type"), field("assertion")) {
            Ok(token) => respond(200, &token),
            Err(error) => respond(400, &error),
        };
    }
    if let Some(browser) = path.strip_prefix("/push/") {
        let posted = Posted {
            browser,
            authorization: text("authorization").unwrap_or_default(),
            encoding: text("content-encoding").unwrap_or_default(),
            ttl: text("ttl"),
            topic: text("topic"),
            body: &body,
        };
        let (status, why) = push.send_to_browser(&posted);
        return respond(status, &json!({"code": status, "message": why}));
    }
    let project = path.strip_prefix("/v1/projects/").and_then(|rest| rest.strip_suffix("/messages:send"));
    let Some(project) = project else { return respond(404, &json!({"error": {"code": 404, "status": "NOT_FOUND"}})) };
    let bearer = text("authorization").and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    match push.send_to_app(project, bearer, &body) {
        Ok(sent) => respond(200, &sent),
        Err(error) => respond(error.status, &error.body()),
    }
}

fn respond(status: u16, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if status == 429 || status == 503 {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
    }
    response
}
