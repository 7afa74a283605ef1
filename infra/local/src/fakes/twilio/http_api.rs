//! The fake's HTTP side: `/2010-04-01/Accounts/{sid}/Messages…`, forms in and JSON out.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::{Value, json};

use super::{Credentials, Twilio, TwilioError};
use crate::gateway::percent_decoded;

/// `https://api.twilio.com`.
pub(crate) fn router(twilio: Arc<Twilio>) -> Router {
    Router::new().fallback(answer).with_state(twilio)
}

async fn answer(
    State(twilio): State<Arc<Twilio>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    respond(route(&twilio, &method, &uri, &credentials(&headers), &body))
}

fn route(
    twilio: &Twilio,
    method: &Method,
    uri: &Uri,
    credentials: &Credentials,
    body: &Bytes,
) -> Result<(u16, Value), TwilioError> {
    let path = uri.path();
    let not_found = || TwilioError::not_found(path);
    let rest = path.strip_prefix("/2010-04-01/Accounts/").ok_or_else(not_found)?;
    let (account, resource) = rest.split_once('/').ok_or_else(not_found)?;
    twilio.admit(credentials, account, path)?;
    let resource = resource.strip_suffix(".json").ok_or_else(not_found)?;
    match (method, resource.split_once('/')) {
        (&Method::POST, None) if resource == "Messages" => {
            twilio.create(account, &form(&String::from_utf8_lossy(body))).map(|message| (201, message))
        }
        (&Method::GET, None) if resource == "Messages" => {
            Ok((200, twilio.list(account, &form(uri.query().unwrap_or_default()), path)))
        }
        (&Method::GET, Some(("Messages", sid))) => twilio.fetch(account, sid, path).map(|message| (200, message)),
        _ => Err(not_found()),
    }
}

fn credentials(headers: &HeaderMap) -> Credentials {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let encoded = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let bytes = encoded.and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok()).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (user, password) = text.split_once(':').unwrap_or_default();
    Credentials { user: user.to_owned(), password: password.to_owned() }
}

fn form(text: &str) -> BTreeMap<String, String> {
    let decoded = |part: &str| percent_decoded(&part.replace('+', " "));
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn respond(result: Result<(u16, Value), TwilioError>) -> Response {
    let (status, body) = result.unwrap_or_else(|TwilioError { status, code, message }| {
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        (status, json!({"code": code, "message": message, "more_info": more_info, "status": status}))
    });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Twilio API\""));
    }
    response
}
