//! Stripe's side of the control API: what payers, their banks and Stripe itself do.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, ControlError, Input, Shared, providers::copies};
use crate::{Stripe, StripeAction, StripePayment, StripeSettings, running::Running};

/// The routes.
pub(super) fn router() -> Router<Arc<Running>> {
    Router::new()
        .route("/_local/providers/stripe", get(payments))
        .route("/_local/providers/stripe/settings", get(settings).put(set_settings))
        .route("/_local/providers/stripe/accounts", post(register_account))
        .route("/_local/providers/stripe/{payment}/{action}", post(act_on_payment))
}

async fn payments(State(running): Shared) -> Json<Value> {
    Json(json!({"payments": running.stack.stripe.payments()}))
}

async fn settings(State(running): Shared) -> Json<StripeSettings> {
    Json(running.stack.stripe.settings())
}

async fn set_settings(State(running): Shared, body: Input<StripeSettings>) -> Answer {
    let Json(settings) = body?;
    running.stack.stripe.set_settings(settings.clone());
    Ok(Json(json!(settings)))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewAccount {
    secret_key: String,
    webhook_url: String,
    webhook_secret: String,
}

async fn register_account(State(running): Shared, body: Input<NewAccount>) -> Answer {
    let Json(account) = body?;
    running.stack.stripe.register_account(&account.secret_key, &account.webhook_url, &account.webhook_secret);
    Ok(Json(json!({"registered": account.secret_key})))
}

/// How the last event is sent again.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SendAgain {
    times: Option<u32>,
    falsified: Option<bool>,
}

/// `approve`, `decline`, `dispute`, `win-dispute`, `settle-refund`, `fail-refund`, or `notify` for the last event once more.
async fn act_on_payment(
    State(running): Shared,
    Path((payment, action)): Path<(String, String)>,
    Query(again): Query<SendAgain>,
) -> Answer {
    let stripe = &running.stack.stripe;
    if action == "notify" {
        let times = copies(again.times)?;
        stripe.notify_again(&payment, times, again.falsified.unwrap_or(false))?;
        return Ok(Json(json!({"paymentId": payment, "notified": times})));
    }
    act(stripe, &payment, &action)?;
    let is_it =
        |known: &StripePayment| known.intent_id == payment || known.payment_id.as_deref() == Some(payment.as_str());
    let status = stripe.payments().into_iter().find(is_it).map(|known| known.status);
    Ok(Json(json!({"paymentId": payment, "status": status})))
}

/// What the payer or the bank does with a payment, by the action's name.
pub(crate) fn act(stripe: &Stripe, payment: &str, action: &str) -> Result<(), ControlError> {
    let action = match action {
        "approve" => StripeAction::Approve,
        "decline" => StripeAction::Decline,
        "dispute" => StripeAction::Dispute,
        "win-dispute" => StripeAction::WinDispute,
        "settle-refund" => StripeAction::SettleRefund,
        "fail-refund" => StripeAction::FailRefund,
        _ => return Err(ControlError::NoSuchPath),
    };
    Ok(stripe.act(payment, action)?)
}
