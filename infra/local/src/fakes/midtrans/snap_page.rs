//! Snap's HTTP side: its API, whose errors have a shape of their own, and the page of the customer.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{Action, Midtrans, MidtransError, http_api::urls, snap::Standing};

type Shared = State<Arc<Midtrans>>;

/// `https://app.sandbox.midtrans.com`.
pub(super) fn router() -> Router<Arc<Midtrans>> {
    Router::new()
        .route("/snap/v1/transactions", post(open))
        .route("/snap/v1/transactions/{token}/cancel", post(cancel))
        .route("/snap/v4/redirection/{token}", get(page))
        .route("/snap/v4/redirection/{token}/{way}", post(choose))
}

async fn open(State(midtrans): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let lose = midtrans.lock().loses_reply();
    let opened = midtrans.admit(&headers).and_then(|(key, merchant)| {
        let request: Value = serde_json::from_slice(&body)
            .map_err(|_| MidtransError::invalid(vec!["the request is no JSON".to_owned()]))?;
        midtrans.open_page(&key, &merchant, urls(&headers, &merchant), &request)
    });
    if lose { (StatusCode::SERVICE_UNAVAILABLE, "<html>").into_response() } else { answer(StatusCode::CREATED, opened) }
}

async fn cancel(State(midtrans): Shared, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let closed = midtrans.admit(&headers).and_then(|(key, _)| midtrans.cancel_page(&key, &token));
    answer(StatusCode::OK, closed)
}

fn answer(good: StatusCode, outcome: Result<Value, MidtransError>) -> Response {
    match outcome {
        Ok(body) => (good, Json(body)).into_response(),
        Err(MidtransError { code, message, validation }) => {
            let messages = if validation.is_empty() { vec![message] } else { validation };
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_REQUEST);
            (status, Json(json!({"error_messages": messages}))).into_response()
        }
    }
}

/// The customer's page. A token is one of ours, and so are the names of ways: nothing here needs to be escaped.
async fn page(State(midtrans): Shared, Path(token): Path<String>) -> Response {
    let form = |what: &str, label: &str| {
        format!("<form method=post action=\"/snap/v4/redirection/{token}/{what}\"><button>{label}</button></form>")
    };
    let shown = |text: &str, forms: Vec<String>| {
        let head = "<!doctype html><html lang=en><title>Simulated Snap</title><h1>Snap</h1>";
        Html(format!("{head}<p>{text}</p>{}", forms.concat())).into_response()
    };
    match midtrans.page(&token) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Standing::Open(ways)) => shown("Choose how to pay.", ways.into_iter().map(|way| form(way, way)).collect()),
        Some(Standing::Paying(_)) => shown("Here you would pay.", vec![form("pay", "Pay"), form("decline", "Decline")]),
        Some(Standing::Over(Some(back))) => Redirect::to(&back).into_response(),
        Some(Standing::Over(None)) => shown("There is nothing to pay here any more.", Vec::new()),
    }
}

/// `POST /snap/v4/redirection/{token}/{way}`: a way is chosen, or what was chosen is paid or declined. Whatever comes of it
/// is on the page.
async fn choose(State(midtrans): Shared, Path((token, way)): Path<(String, String)>) -> Response {
    let Some(standing) = midtrans.page(&token) else { return StatusCode::NOT_FOUND.into_response() };
    let done = match (&standing, way.as_str()) {
        (Standing::Paying(order), "pay") => midtrans.act(order, Action::Settle),
        (Standing::Paying(order), "decline") => midtrans.act(order, Action::Deny),
        (_, way) => midtrans.choose_on(&token, way),
    };
    if let Err(error) = done {
        tracing::debug!(%error, "snap fake: the page has moved on");
    }
    Redirect::to(&format!("/snap/v4/redirection/{token}")).into_response()
}
