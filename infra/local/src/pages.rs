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
    stack::Stack,
};

/// No scripts, nothing from elsewhere; mails are framed without any rights.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The routes.
pub(crate) fn router() -> Router<Arc<Stack>> {
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

async fn page(State(stack): State<Arc<Stack>>) -> Html<String> {
    Html(html::page(&html::View {
        now: stack.clock.now(),
        payments: stack.midtrans.payments(),
        messages: stack.mailbox.find(None, None),
        queues: stack.aws.sqs.states(),
        failures: stack.pump.failures(),
    }))
}

type Done = Result<Redirect, ControlError>;

#[derive(Debug, Deserialize)]
struct ClockForm {
    advance: Option<String>,
    set: Option<String>,
}

async fn move_clock(State(stack): State<Arc<Stack>>, Form(form): Form<ClockForm>) -> Done {
    let filled = |field: Option<String>| field.filter(|text| !text.trim().is_empty());
    let wanted = ClockMove::new(filled(form.advance), filled(form.set));
    stack.timeline.move_to(&stack, wanted.target(stack.clock.now())?).await?;
    Ok(Redirect::to("/_local#clock"))
}

async fn drain(State(stack): State<Arc<Stack>>) -> Done {
    stack.pump.drain(&stack).await?;
    Ok(Redirect::to("/_local#queues"))
}

async fn reset(State(stack): State<Arc<Stack>>) -> Done {
    stack.reset().await?;
    Ok(Redirect::to("/_local"))
}

async fn act(State(stack): State<Arc<Stack>>, Path((order, action)): Path<(String, String)>) -> Done {
    match action.as_str() {
        "settle" => stack.midtrans.act(&order, Action::Settle)?,
        "deny" => stack.midtrans.act(&order, Action::Deny)?,
        "expire" => stack.midtrans.act(&order, Action::Expire)?,
        "notify" => stack.midtrans.notify_again(&order, Tamper::Nothing, 1)?,
        _ => return Err(ControlError::NoSuchPath),
    }
    // The merchant hears of it before the page is shown again.
    stack.pump.drain(&stack).await?;
    Ok(Redirect::to("/_local#payments"))
}

async fn queue(State(stack): State<Arc<Stack>>, Path((name, action)): Path<(String, String)>) -> Done {
    match action.as_str() {
        "redeliver" => stack.aws.sqs.redeliver(&name)?,
        "redrive" => stack.aws.sqs.redrive(&name)?,
        _ => return Err(ControlError::NoSuchPath),
    };
    stack.pump.drain(&stack).await?;
    Ok(Redirect::to("/_local#queues"))
}
