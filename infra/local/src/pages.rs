//! The page at `/_local`: mailbox, payments, clock and queues, for a person. Plain forms, no scripts.

mod html;

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{Path, Request, State},
    middleware::{self, Next},
    response::{Html, Redirect, Response},
    routing::{get, post},
};
use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;

use crate::{
    control::{ClockMove, ControlError},
    fakes::midtrans::{Action, Tamper},
    running::Running,
};

/// No scripts, nothing from elsewhere; mails are framed without any rights.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The routes.
pub(crate) fn router() -> Router<Arc<Running>> {
    Router::new()
        .route("/_local", get(page))
        .route("/_local/page/clock", post(move_clock))
        .route("/_local/page/drain", post(drain))
        .route("/_local/page/reset", post(reset))
        .route("/_local/page/payments/{order}/{action}", post(act))
        .route("/_local/page/queues/{name}/{action}", post(queue))
        .layer(middleware::from_fn(guard))
}

/// Says what the page may load.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn page(State(running): State<Arc<Running>>) -> Html<String> {
    Html(html::page(&html::View {
        now: running.stack.clock.now(),
        payments: running.stack.midtrans.payments(),
        messages: running.stack.mailbox.find(None, None),
        queues: running.stack.aws.sqs.states(),
        failures: running.stack.failures(),
    }))
}

type Done = Result<Redirect, ControlError>;

#[derive(Debug, Deserialize)]
struct ClockForm {
    advance: Option<String>,
    set: Option<String>,
}

async fn move_clock(State(running): State<Arc<Running>>, Form(form): Form<ClockForm>) -> Done {
    let filled = |field: Option<String>| field.filter(|text| !text.trim().is_empty());
    let wanted = ClockMove::new(filled(form.advance), filled(form.set));
    running.timeline.move_to(wanted.target(running.stack.clock.now())?).await?;
    Ok(Redirect::to("/_local#clock"))
}

async fn drain(State(running): State<Arc<Running>>) -> Done {
    running.pump.drain().await?;
    Ok(Redirect::to("/_local#queues"))
}

async fn reset(State(running): State<Arc<Running>>) -> Done {
    running.reset().await?;
    Ok(Redirect::to("/_local"))
}

async fn act(State(running): State<Arc<Running>>, Path((order, action)): Path<(String, String)>) -> Done {
    match action.as_str() {
        "settle" => running.stack.midtrans.act(&order, Action::Settle)?,
        "deny" => running.stack.midtrans.act(&order, Action::Deny)?,
        "expire" => running.stack.midtrans.act(&order, Action::Expire)?,
        "notify" => running.stack.midtrans.notify_again(&order, Tamper::Nothing, 1)?,
        _ => return Err(ControlError::NoSuchPath),
    }
    // The merchant hears of it before the page is shown again.
    running.pump.drain().await?;
    Ok(Redirect::to("/_local#payments"))
}

async fn queue(State(running): State<Arc<Running>>, Path((name, action)): Path<(String, String)>) -> Done {
    match action.as_str() {
        "redeliver" => running.stack.aws.sqs.redeliver(&name)?,
        "redrive" => running.stack.aws.sqs.redrive(&name)?,
        _ => return Err(ControlError::NoSuchPath),
    };
    running.pump.drain().await?;
    Ok(Redirect::to("/_local#queues"))
}
