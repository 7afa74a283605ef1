//! The control API over a deployed stack: the local cloud's, as far as the journey needs it.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    middleware::from_fn,
    routing::{any, get, post, put},
};
use serde_json::{Value, json};

use super::{Deployed, front, timeline};
use crate::{
    SandboxAccounts, UserAction,
    control::{self, Again, Answer, ControlError, Filter, Input, millis, own_callers, small_bodies},
    time::aim::ClockMove,
};

type Shared = State<Arc<Deployed>>;

/// The control API under `/_local`, and the public API everywhere else.
pub(super) fn router(deployed: Arc<Deployed>) -> Router {
    Router::new()
        .route("/_local/messages", get(messages))
        .route("/_local/clock", get(clock).post(move_clock))
        .route("/_local/drain", post(drain))
        .route("/_local/queues", get(queues))
        .route("/_local/queues/{name}/redeliver", post(redeliver))
        .route("/_local/providers/midtrans/notifications/replay", post(replay_notifications))
        .route("/_local/providers/midtrans/{order}/{action}", post(act_on_order))
        .route("/_local/providers/telegram/{bot}/messages", post(user_message))
        .route("/_local/providers/carriers/waybills/{awb}", put(set_waybill))
        .route("/_local/tenants/{id}/providers", post(connect_providers))
        .route("/_local/{*unknown}", any(unknown))
        .layer(from_fn(small_bodies))
        .layer(from_fn(own_callers))
        .fallback(front::hand_on)
        .with_state(deployed)
}

async fn unknown() -> ControlError {
    ControlError::NoSuchPath
}

async fn messages(State(deployed): Shared, Query(filter): Query<Filter>) -> Answer {
    deployed.collect_mail().await?;
    Ok(control::found(&deployed.mailbox, &filter))
}

async fn clock(State(deployed): Shared) -> Json<Value> {
    Json(json!({"now": millis(deployed.clock.now())}))
}

async fn move_clock(State(deployed): Shared, body: Input<ClockMove>) -> Answer {
    let Json(wanted) = body?;
    let target = wanted.target(deployed.clock.now())?;
    let now = timeline::move_to(&deployed, target).await?;
    Ok(Json(json!({"now": millis(now)})))
}

async fn drain(State(deployed): Shared) -> Answer {
    deployed.queues.drain(&deployed.deliveries).await?;
    Ok(Json(json!({"drained": true})))
}

async fn queues(State(deployed): Shared) -> Answer {
    Ok(Json(json!({"queues": deployed.queues.states().await?})))
}

async fn redeliver(State(deployed): Shared, Path(name): Path<String>) -> Answer {
    Ok(Json(json!({"redelivered": deployed.queues.redeliver(&name).await?})))
}

async fn act_on_order(
    State(deployed): Shared,
    Path((order, action)): Path<(String, String)>,
    Query(again): Query<Again>,
) -> Answer {
    control::act(&deployed.midtrans, &order, &action, &again)
}

async fn replay_notifications(State(deployed): Shared) -> Json<Value> {
    Json(json!({"notified": deployed.midtrans.replay_notifications()}))
}

async fn user_message(State(deployed): Shared, Path(bot): Path<String>, body: Input<UserAction>) -> Answer {
    let Json(action) = body?;
    let update = deployed.telegram.user_does(&bot, &action)?;
    Ok(Json(json!({"updateId": update})))
}

/// Enters a tenant's sandbox accounts into the stack's secret store.
async fn set_waybill(State(deployed): Shared, Path(awb): Path<String>, body: Input<Value>) -> Answer {
    let Json(data) = body?;
    deployed.carriers.set_waybill(&awb, data);
    Ok(Json(json!({"waybill": awb})))
}

async fn connect_providers(State(deployed): Shared, Path(id): Path<String>) -> Answer {
    let accounts = SandboxAccounts::of(&id);
    deployed.connect(&accounts).await?;
    Ok(Json(json!({"tenantId": id, "bot": accounts.bot_name()})))
}
