//! The providers' side of the control API: what customers, banks and chats do, and how the providers misbehave.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    routing::{delete, get, post, put},
};
use kernel::TenantId;
use serde::Deserialize;
use serde_json::{Value, json};
use tenancy::Tenants;

use super::{Answer, ControlError, Input, Shared};
use crate::{
    Midtrans, SandboxAccounts,
    fakes::{
        breached_passwords::Settings as BreachedPasswordsSettings,
        carriers::CarrierSettings,
        dns::{DnsQuestion, TxtRecords},
        midtrans::{Action, Settings as MidtransSettings, Tamper},
        models::ModelSettings,
        push::Settings as PushSettings,
        telegram::{ChatState, Settings as TelegramSettings, UserAction},
        twilio::Settings as TwilioSettings,
    },
    running::Running,
};

/// How many copies of a notification or an event one call may send.
const MAX_COPIES: u32 = 100;

/// The routes.
pub(super) fn router() -> Router<Arc<Running>> {
    Router::new()
        .route("/_local/dns", post(set_records))
        .route("/_local/dns-query", get(resolve))
        .route("/_local/providers/midtrans", get(payments))
        .route("/_local/providers/midtrans/settings", get(midtrans_settings).put(set_midtrans_settings))
        .route("/_local/providers/midtrans/merchants", post(register_merchant))
        .route("/_local/providers/midtrans/notifications/replay", post(replay_notifications))
        .route("/_local/providers/midtrans/{order}/{action}", post(act_on_order))
        .route("/_local/providers/telegram/settings", put(set_telegram_settings))
        .route("/_local/providers/telegram/bots", post(register_bot))
        .route("/_local/providers/telegram/chats/{chat}", put(set_chat))
        .route("/_local/providers/telegram/{bot}/messages", post(user_message))
        .route("/_local/providers/carriers/settings", put(set_carrier_settings))
        .route("/_local/providers/carriers/accounts", post(register_easypost))
        .route("/_local/providers/carriers/parcels/{code}", post(see_parcel))
        .route("/_local/providers/carriers/waybills/{awb}", put(set_waybill))
        .route("/_local/providers/models", get(model_calls))
        .route("/_local/providers/models/settings", put(set_model_settings))
        .route("/_local/providers/push/settings", put(set_push_settings))
        .route("/_local/providers/push/browsers", post(open_browser))
        .route("/_local/providers/push/browsers/{id}", delete(close_browser))
        .route("/_local/providers/twilio/settings", put(set_twilio_settings))
        .route("/_local/providers/twilio/accounts", post(register_account))
        .route("/_local/providers/breached-passwords", get(asked_passwords))
        .route("/_local/providers/breached-passwords/settings", put(set_breached_passwords_settings))
        .route("/_local/tenants/{id}/providers", post(connect_providers))
}

async fn set_records(State(running): Shared, body: Input<TxtRecords>) -> Answer {
    let Json(records) = body?;
    Ok(Json(running.stack.dns.set(records)))
}

async fn resolve(State(running): Shared, Query(question): Query<DnsQuestion>) -> Json<Value> {
    Json(running.stack.dns.answer(&question))
}

async fn payments(State(running): Shared) -> Json<Value> {
    Json(json!({"payments": running.stack.midtrans.payments()}))
}

async fn midtrans_settings(State(running): Shared) -> Json<MidtransSettings> {
    Json(running.stack.midtrans.settings())
}

async fn set_midtrans_settings(State(running): Shared, body: Input<MidtransSettings>) -> Answer {
    let Json(settings) = body?;
    running.stack.midtrans.set_settings(settings.clone());
    Ok(Json(json!(settings)))
}

async fn asked_passwords(State(running): Shared) -> Json<Value> {
    Json(json!({"asked": running.stack.breached_passwords.asked()}))
}

async fn set_breached_passwords_settings(State(running): Shared, body: Input<BreachedPasswordsSettings>) -> Answer {
    let Json(settings) = body?;
    running.stack.breached_passwords.set_settings(settings.clone());
    Ok(Json(json!(settings)))
}

async fn set_telegram_settings(State(running): Shared, body: Input<TelegramSettings>) -> Answer {
    let Json(settings) = body?;
    running.stack.telegram.set_settings(settings.clone());
    Ok(Json(json!(settings)))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Merchant {
    server_key: String,
    #[serde(rename = "merchantId")]
    id: String,
    notification_url: String,
}

async fn register_merchant(State(running): Shared, body: Input<Merchant>) -> Answer {
    let Json(merchant) = body?;
    running.stack.midtrans.register_merchant(&merchant.server_key, &merchant.id, &merchant.notification_url);
    Ok(Json(json!({"registered": merchant.id})))
}

/// How a notification is sent again.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Again {
    tamper: Option<String>,
    /// What the customer chooses on Snap's page.
    way: Option<String>,
    times: Option<u32>,
}

async fn act_on_order(
    State(running): Shared,
    Path((order, action)): Path<(String, String)>,
    Query(again): Query<Again>,
) -> Answer {
    act(&running.stack.midtrans, &order, &action, &again)
}

/// What the customer or the bank does with an order.
pub(crate) fn act(midtrans: &Midtrans, order: &str, action: &str, again: &Again) -> Answer {
    let action = match action {
        "settle" => Action::Settle,
        "deny" => Action::Deny,
        "expire" => Action::Expire,
        "cancel" => Action::Cancel,
        "challenge" => Action::Challenge,
        "capture" => Action::Capture,
        "confirm-refund" => Action::ConfirmRefund,
        "choose" => {
            midtrans.choose(order, again.way.as_deref().unwrap_or_default())?;
            return Ok(Json(json!({"orderId": order, "chosen": again.way})));
        }
        "notify" => {
            let tamper = match again.tamper.as_deref() {
                None | Some("nothing") => Tamper::Nothing,
                Some("status") => Tamper::Status,
                Some("signature") => Tamper::Signature,
                Some("amount") => Tamper::Amount,
                Some(other) => {
                    return Err(ControlError::Value(format!("tamper `{other}`: say status, signature or amount")));
                }
            };
            let times = copies(again.times)?;
            midtrans.notify_again(order, tamper, times)?;
            return Ok(Json(json!({"orderId": order, "notified": times})));
        }
        _ => return Err(ControlError::NoSuchPath),
    };
    midtrans.act(order, action)?;
    let status =
        midtrans.payments().into_iter().find(|payment| payment.order_id == order).map(|payment| payment.status);
    Ok(Json(json!({"orderId": order, "status": status})))
}

/// How many copies one call sends: one, unless it says otherwise.
///
/// # Errors
/// It says too many.
pub(super) fn copies(times: Option<u32>) -> Result<u32, ControlError> {
    let times = times.unwrap_or(1);
    if times > MAX_COPIES {
        return Err(ControlError::Value(format!("times: at most {MAX_COPIES}")));
    }
    Ok(times)
}

async fn replay_notifications(State(running): Shared) -> Json<Value> {
    Json(json!({"notified": running.stack.midtrans.replay_notifications()}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBot {
    name: String,
    token: String,
}

async fn register_bot(State(running): Shared, body: Input<NewBot>) -> Answer {
    let Json(bot) = body?;
    running.stack.telegram.register_bot(&bot.name, &bot.token);
    Ok(Json(json!({"registered": bot.name})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chat {
    state: ChatState,
}

async fn set_chat(State(running): Shared, Path(chat): Path<i64>, body: Input<Chat>) -> Answer {
    let Json(wanted) = body?;
    running.stack.telegram.set_chat(chat, wanted.state);
    Ok(Json(json!({"chatId": chat, "state": wanted.state})))
}

async fn user_message(State(running): Shared, Path(bot): Path<String>, body: Input<UserAction>) -> Answer {
    let Json(action) = body?;
    let update = running.stack.telegram.user_does(&bot, &action)?;
    Ok(Json(json!({"updateId": update})))
}

async fn set_push_settings(State(running): Shared, body: Input<PushSettings>) -> Answer {
    let Json(settings) = body?;
    running.stack.push.set_settings(settings.clone());
    Ok(Json(json!(settings)))
}

async fn set_carrier_settings(State(running): Shared, body: Input<CarrierSettings>) -> Answer {
    let Json(settings) = body?;
    running.stack.carriers.set_settings(settings.clone());
    Ok(Json(json!(settings)))
}

async fn set_model_settings(State(running): Shared, body: Input<ModelSettings>) -> Answer {
    let Json(settings) = body?;
    running.stack.models.set_settings(settings.clone());
    Ok(Json(json!(settings)))
}

/// How many calls each provider of language models had.
async fn model_calls(State(running): Shared) -> Json<Value> {
    Json(json!({"calls": running.stack.models.calls()}))
}

/// An account at EasyPost beside those of tenants.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EasyPostAccount {
    api_key: String,
    webhook_url: String,
    webhook_secret: String,
}

async fn register_easypost(State(running): Shared, body: Input<EasyPostAccount>) -> Answer {
    let Json(account) = body?;
    running.stack.carriers.register_easypost(&account.api_key, &account.webhook_url, &account.webhook_secret);
    Ok(Json(json!({"registered": account.api_key})))
}

/// What EasyPost's carrier sees of a parcel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sight {
    status: String,
    /// When; now when left out.
    at: Option<String>,
}

async fn see_parcel(State(running): Shared, Path(code): Path<String>, body: Input<Sight>) -> Answer {
    let Json(Sight { status, at }) = body?;
    Ok(Json(json!({"seen": running.stack.carriers.see(&code, &status, at)})))
}

async fn set_waybill(State(running): Shared, Path(awb): Path<String>, body: Input<Value>) -> Answer {
    let Json(data) = body?;
    running.stack.carriers.set_waybill(&awb, data);
    Ok(Json(json!({"waybill": awb})))
}

async fn open_browser(State(running): Shared) -> Json<Value> {
    let (id, subscription) = running.stack.push.open_browser();
    Json(json!({"id": id, "subscription": subscription}))
}

async fn close_browser(State(running): Shared, Path(id): Path<String>) -> Json<Value> {
    Json(json!({"closed": running.stack.push.close_browser(&id)}))
}

async fn set_twilio_settings(State(running): Shared, body: Input<TwilioSettings>) -> Answer {
    let Json(settings) = body?;
    running.stack.twilio.set_settings(settings.clone());
    Ok(Json(json!(settings)))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewAccount {
    account_sid: String,
    auth_token: String,
    from: String,
}

async fn register_account(State(running): Shared, body: Input<NewAccount>) -> Answer {
    let Json(account) = body?;
    running.stack.twilio.register_account(&account.account_sid, &account.auth_token, &account.from);
    Ok(Json(json!({"registered": account.account_sid})))
}

/// Sandbox accounts for a tenant: the same as the first payment or link would get it.
async fn connect_providers(State(running): Shared, Path(id): Path<String>) -> Answer {
    let tenant: TenantId = id.parse().map_err(|_| ControlError::NoSuchTenant)?;
    let unread = |error: &dyn std::fmt::Display| ControlError::Table(error.to_string());
    let ctx = running.reading.ctx(&running.stack).await.map_err(|error| unread(&error))?;
    let known = Tenants::new(ctx.table()).get(tenant).await.map_err(|error| unread(&error))?;
    known.ok_or(ControlError::NoSuchTenant)?;
    let accounts = SandboxAccounts::of(&id);
    running.stack.connect(&accounts).await;
    Ok(Json(json!({"tenantId": id, "bot": accounts.bot_name()})))
}
