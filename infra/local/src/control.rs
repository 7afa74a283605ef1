//! The control API under `/_local`: what tests and the page do to the cloud from outside.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, Request, State, rejection::JsonRejection},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderValue, StatusCode, header};
use jiff::{Span, Timestamp, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Mailbox, Midtrans, MoveError,
    aws::sqs::SqsError,
    deployed::error::DeployedError,
    fakes::{
        breached_passwords::Settings as BreachedPasswordsSettings,
        midtrans::{Action, ActionError, Settings as MidtransSettings, Tamper},
        telegram::{ChatState, Settings as TelegramSettings, UpdateError, UserAction},
        twilio::Settings as TwilioSettings,
    },
    gateway::front_door::{BODY_TIMEOUT, BodyFault, is_own, read_body},
    pump::NeverIdle,
    running::Running,
    start_error::StartError,
};

/// The largest body of the control API, bytes.
const MAX_CONTROL_BODY: usize = 64 * 1024;
/// How many copies of a notification one call may send.
const MAX_COPIES: u32 = 100;

/// The routes.
pub(crate) fn router() -> Router<Arc<Running>> {
    Router::new()
        .route("/_local/messages", get(messages))
        .route("/_local/clock", get(clock).post(move_clock))
        .route("/_local/drain", post(drain))
        .route("/_local/reset", post(reset))
        .route("/_local/queues", get(queues))
        .route("/_local/queues/{name}/redeliver", post(redeliver))
        .route("/_local/queues/{name}/redrive", post(redrive))
        .route("/_local/providers/midtrans", get(payments))
        .route("/_local/providers/midtrans/settings", get(midtrans_settings).put(set_midtrans_settings))
        .route("/_local/providers/midtrans/merchants", post(register_merchant))
        .route("/_local/providers/midtrans/notifications/replay", post(replay_notifications))
        .route("/_local/providers/midtrans/{order}/{action}", post(act_on_order))
        .route("/_local/providers/telegram/settings", axum::routing::put(set_telegram_settings))
        .route("/_local/providers/telegram/bots", post(register_bot))
        .route("/_local/providers/telegram/chats/{chat}", axum::routing::put(set_chat))
        .route("/_local/providers/telegram/{bot}/messages", post(user_message))
        .route("/_local/providers/twilio/settings", axum::routing::put(set_twilio_settings))
        .route("/_local/providers/twilio/accounts", post(register_account))
        .route("/_local/providers/breached-passwords", get(asked_passwords))
        .route("/_local/providers/breached-passwords/settings", axum::routing::put(set_breached_passwords_settings))
        .route("/_local/functions/{binary}/last-event", get(last_event))
        .route("/_local/tenants/{id}/providers", post(connect_providers))
        .route("/_local/objects/{*path}", get(object))
        .route("/_local/{*unknown}", axum::routing::any(unknown))
}

/// What the control API answers when it does not do as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ControlError {
    #[error("there is nothing at this path: see GET /_local")]
    NoSuchPath,
    #[error("the control API takes requests of this machine and of its own pages only")]
    Foreign,
    #[error(transparent)]
    Unread(#[from] BodyFault),
    #[error("{0}")]
    Body(String),
    #[error("{0}")]
    Value(String),
    #[error(transparent)]
    Move(#[from] MoveError),
    #[error(transparent)]
    NeverIdle(#[from] NeverIdle),
    #[error(transparent)]
    Action(#[from] ActionError),
    #[error(transparent)]
    Update(#[from] UpdateError),
    #[error(transparent)]
    Queue(#[from] SqsError),
    #[error("no object is kept under this key")]
    NoSuchObject,
    #[error("no function of this name has been invoked yet")]
    NeverInvoked,
    #[error("the cloud could not be made anew: {0}")]
    Reset(#[from] StartError),
    #[error(transparent)]
    Deployed(#[from] DeployedError),
}

impl ControlError {
    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Foreign => (StatusCode::FORBIDDEN, "FORBIDDEN"),
            Self::Unread(fault) => (fault.status(), "INVALID_BODY"),
            Self::Body(_) => (StatusCode::BAD_REQUEST, "INVALID_BODY"),
            Self::Value(_) | Self::Move(MoveError::Backwards { .. }) | Self::Update(UpdateError::NothingDone) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_FAILED")
            }
            Self::Move(MoveError::NeverIdle(_)) | Self::NeverIdle(_) | Self::Reset(_) | Self::Deployed(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL")
            }
            Self::NoSuchPath
            | Self::NoSuchObject
            | Self::NeverInvoked
            | Self::Action(ActionError::Unknown(_))
            | Self::Update(UpdateError::UnknownBot(_))
            | Self::Queue(SqsError::NoSuchQueue) => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::Action(ActionError::Illegal { .. } | ActionError::NothingSent(_)) | Self::Queue(_) => {
                (StatusCode::CONFLICT, "CONFLICT")
            }
        }
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        let problem = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "detail": self.to_string(),
            "code": code,
            "success": false,
        });
        let mut response = (status, problem.to_string()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

impl From<JsonRejection> for ControlError {
    fn from(rejection: JsonRejection) -> Self {
        Self::Body(rejection.body_text())
    }
}

/// Lets only this machine's own callers at the control API: no page of another site, and no name of another machine,
/// which a page's own name server may have pointed here.
pub(crate) async fn own_callers(request: Request, next: Next) -> Response {
    if !is_own(request.method(), request.headers()) {
        return ControlError::Foreign.into_response();
    }
    let (parts, body) = request.into_parts();
    match read_body(body, MAX_CONTROL_BODY, BODY_TIMEOUT).await {
        Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(fault) => ControlError::Unread(fault).into_response(),
    }
}

type Shared = State<Arc<Running>>;
pub(crate) type Answer = Result<Json<Value>, ControlError>;
/// A JSON body whose faults become our own errors.
pub(crate) type Input<T> = Result<Json<T>, JsonRejection>;

async fn unknown() -> ControlError {
    ControlError::NoSuchPath
}

/// Which messages are meant.
#[derive(Debug, Deserialize)]
pub(crate) struct Filter {
    channel: Option<String>,
    to: Option<String>,
}

async fn messages(State(running): Shared, Query(filter): Query<Filter>) -> Json<Value> {
    found(&running.stack.mailbox, &filter)
}

/// The messages that are meant.
pub(crate) fn found(mailbox: &Mailbox, filter: &Filter) -> Json<Value> {
    Json(json!({"messages": mailbox.find(filter.channel.as_deref(), filter.to.as_deref())}))
}

async fn clock(State(running): Shared) -> Json<Value> {
    Json(json!({"now": millis(running.stack.clock.now())}))
}

/// Where the clock shall go.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClockMove {
    advance: Option<String>,
    set: Option<String>,
}

impl ClockMove {
    pub(crate) fn new(advance: Option<String>, set: Option<String>) -> Self {
        Self { advance, set }
    }

    /// The instant that is meant, seen from `now`.
    pub(crate) fn target(&self, now: Timestamp) -> Result<Timestamp, ControlError> {
        match (&self.advance, &self.set) {
            (Some(text), None) => {
                let bad =
                    |error: jiff::Error| ControlError::Value(format!("advance `{text}`: {error}; say 31d, 12h or 90m"));
                let span: Span = text.parse().map_err(bad)?;
                // Days and months are those of UTC.
                now.to_zoned(TimeZone::UTC).checked_add(span).map(|later| later.timestamp()).map_err(bad)
            }
            (None, Some(text)) => text
                .parse()
                .map_err(|error| ControlError::Value(format!("set `{text}`: {error}; say 2027-01-31T00:00:00Z"))),
            _ => Err(ControlError::Value("give either advance or set".to_owned())),
        }
    }
}

async fn move_clock(State(running): Shared, body: Input<ClockMove>) -> Answer {
    let Json(wanted) = body?;
    let target = wanted.target(running.stack.clock.now())?;
    let now = running.timeline.move_to(target).await?;
    Ok(Json(json!({"now": millis(now)})))
}

async fn drain(State(running): Shared) -> Answer {
    running.pump.drain().await?;
    Ok(Json(json!({"drained": true, "failedInvocations": running.stack.failures()})))
}

async fn reset(State(running): Shared) -> Answer {
    running.reset().await?;
    Ok(Json(json!({"now": millis(running.stack.clock.now())})))
}

async fn queues(State(running): Shared) -> Json<Value> {
    Json(json!({"queues": running.stack.aws.sqs.states(), "failedInvocations": running.stack.failures()}))
}

async fn redeliver(State(running): Shared, Path(name): Path<String>) -> Answer {
    let messages = running.stack.aws.sqs.redeliver(&name)?;
    running.stack.wake();
    Ok(Json(json!({"redelivered": messages})))
}

async fn redrive(State(running): Shared, Path(name): Path<String>) -> Answer {
    let messages = running.stack.aws.sqs.redrive(&name)?;
    running.stack.wake();
    Ok(Json(json!({"redriven": messages})))
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
            let times = again.times.unwrap_or(1);
            if times > MAX_COPIES {
                return Err(ControlError::Value(format!("times: at most {MAX_COPIES}")));
            }
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

async fn last_event(State(running): Shared, Path(binary): Path<String>) -> Answer {
    running.stack.last_event(&binary).map(Json).ok_or(ControlError::NeverInvoked)
}

/// Sandbox accounts for a tenant: the same as the first payment or link would get it.
async fn connect_providers(State(running): Shared, Path(id): Path<String>) -> Json<Value> {
    let accounts = crate::SandboxAccounts::of(&id);
    running.stack.connect(&accounts).await;
    Json(json!({"tenantId": id, "bot": accounts.bot_name()}))
}

/// An object of the bucket, where a signed URL would lead on AWS.
async fn object(State(running): Shared, Path(path): Path<String>) -> Result<Response, ControlError> {
    let safe = path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains('\\'));
    let file = running.stack.data.objects().join(&path);
    let bytes = if safe { tokio::fs::read(&file).await.ok() } else { None };
    let bytes = bytes.ok_or(ControlError::NoSuchObject)?;
    let kind = match file.extension().and_then(|kind| kind.to_str()) {
        Some("pdf") => "application/pdf",
        Some("json") => "application/json",
        Some("csv") => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], bytes).into_response())
}

/// An instant as the API writes instants.
pub(crate) fn millis(at: Timestamp) -> String {
    kernel::Timestamp::from(at).to_string()
}
