//! The page where a card's bank asks its customer, and from which it sends them back to the merchant.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use http::StatusCode;

use super::{Stripe, intent::Status, intents::StripeAction};

/// `GET /3ds/{intent}`.
pub(super) async fn bank_page(State(stripe): State<Arc<Stripe>>, Path(intent): Path<String>) -> Response {
    match stripe.standing(&intent) {
        // The name is one of ours: letters and digits.
        Some((Status::RequiresAction, _)) => Html(format!(
            "<!doctype html><html lang=en><title>Simulated bank</title><h1>3-D Secure</h1><p>Here the bank would ask \
             whether the payment is theirs. <form method=post action=\"/3ds/{intent}/approve\"><button>Approve</button>\
             </form><form method=post action=\"/3ds/{intent}/decline\"><button>Decline</button></form>"
        ))
        .into_response(),
        Some((_, back)) => Redirect::to(&back).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `POST /3ds/{intent}/{action}`. Whoever decides twice is sent back as after the first time.
pub(super) async fn decide(
    State(stripe): State<Arc<Stripe>>,
    Path((intent, action)): Path<(String, String)>,
) -> Response {
    let action = match action.as_str() {
        "approve" => StripeAction::Approve,
        "decline" => StripeAction::Decline,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let _decided_before = stripe.act(&intent, action);
    match stripe.standing(&intent) {
        Some((_, back)) => Redirect::to(&back).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
