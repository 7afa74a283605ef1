//! Queues with what lies in them, dead letters, and invocations that failed.

use kernel::Markup;
use std::collections::BTreeSet;

use axum::{
    extract::Path,
    response::{Html, Redirect},
};
use serde_json::Value;

use super::{
    error::PageError,
    frame::{Frame, Tab},
    markup::{code, link, listing, page, paragraph, soft},
    parts::{Table, Tone, button, column, numbers, section},
    visit::{ROWS, Visit},
};
use crate::{
    QueueState,
    aws::sqs::{SqsError, Waiting},
    control::ControlError,
};

/// `GET /_local/page/queues`.
pub(super) async fn queues_page(visit: Visit) -> Html<String> {
    let stack = &visit.running.stack;
    let columns = [
        column("Queue"),
        numbers("Visible"),
        numbers("In flight"),
        numbers("Delayed"),
        numbers("Dead"),
        column("Actions"),
    ];
    let mut table = Table::new("Queues", columns);
    let states = stack.aws.sqs.states();
    let dead_letters: BTreeSet<String> = states.iter().filter_map(|queue| dead_of(&visit, queue)).collect();
    // A dead-letter queue is shown with its queue, unless it has none.
    for queue in states.into_iter().filter(|queue| !dead_letters.contains(&queue.name)) {
        table.row([
            link(&page(&["queues", &queue.name]), &Markup::text(&queue.name)),
            Markup::text(queue.visible),
            Markup::text(queue.in_flight),
            Markup::text(queue.delayed),
            dead(&visit, &queue),
            actions(&queue),
        ]);
    }
    let everything = button(&page(&["drain"]), "Deliver everything now", "", Tone::Plain);
    let queues: Markup = [table.or_say("There are no queues."), paragraph(&everything)].into_iter().collect();
    let body: Markup = [
        section("queues", &Markup::text("Queues"), &queues),
        section("failures", &Markup::text("Failed invocations"), &failures(&visit)),
    ]
    .into_iter()
    .collect();
    visit.show(&Frame::new("Queues", Tab::Queues), &body)
}

/// The dead-letter queue of a queue.
fn dead_of(visit: &Visit, queue: &QueueState) -> Option<String> {
    visit.running.stack.aws.sqs.def(&queue.name)?.redrive.map(|redrive| redrive.queue)
}

fn dead(visit: &Visit, queue: &QueueState) -> Markup {
    match (queue.dlq, dead_of(visit, queue)) {
        (Some(0) | None, _) => Markup::text(queue.dlq.map(|dead| dead.to_string()).unwrap_or_default()),
        (Some(dead), None) => Markup::text(dead),
        (Some(dead), Some(dead_letters)) => {
            let letters = link(&page(&["queues", &dead_letters]), &Markup::text(dead));
            Markup::html(format!("<strong class=\"warn\">{letters}</strong>"))
        }
    }
}

/// Only a queue with a dead-letter queue is a function's.
fn actions(queue: &QueueState) -> Markup {
    let act = |action: &str, label| button(&page(&["queues", &queue.name, action]), label, &queue.name, Tone::Plain);
    let mut actions = Vec::new();
    if let Some(dead) = queue.dlq {
        actions.push(act("redeliver", "Deliver again"));
        if dead > 0 {
            actions.push(act("redrive", "Redrive"));
        }
    }
    actions.into_iter().collect()
}

fn failures(visit: &Visit) -> Markup {
    let mut table = Table::new("Failed invocations", [column("When"), column("Function"), column("Error")]);
    for failure in visit.running.stack.last_failures() {
        table.row([visit.time(failure.at), code(&failure.function), Markup::text(&failure.error)]);
    }
    table.or_say("No invocation has failed.")
}

/// `GET /_local/page/queues/{name}`: what lies in a queue.
pub(super) async fn queue_page(visit: Visit, Path(name): Path<String>) -> Result<Html<String>, PageError> {
    let stack = &visit.running.stack;
    let messages = stack.aws.sqs.look(&name).map_err(ControlError::from)?;
    let state = stack.aws.sqs.states().into_iter().find(|queue| queue.name == name);
    let mut body = Markup::EMPTY;
    for message in messages.iter().skip(visit.skipped()).take(ROWS) {
        body.push(&shown(&visit, message));
    }
    if body.is_empty() {
        body = paragraph(&soft(&Markup::text("Nothing lies in this queue.")));
    }
    body.push(&visit.stretch(messages.len(), &[]));
    if let Some(state) = &state {
        body.push(&paragraph(&actions(state)));
    }
    if let Some(dead) = state.as_ref().and_then(|state| dead_of(&visit, state)) {
        let to = link(&page(&["queues", &dead]), &Markup::text("Its dead letters"));
        body.push(&paragraph(&to));
    }
    let heading = Markup::text(format!("{} messages", messages.len()));
    let frame = Frame::new(name, Tab::Queues).below(page(&["queues"]), "Queues");
    Ok(visit.show(&frame, &section("messages", &heading, &body)))
}

fn shown(visit: &Visit, message: &Waiting) -> Markup {
    let from = message.came_from.as_ref().map_or(Markup::EMPTY, |queue| {
        Markup::html(format!(", dead in {}", link(&page(&["queues", queue]), &Markup::text(queue))))
    });
    let json: Option<Value> = serde_json::from_str(&message.body).ok();
    let body = json.and_then(|json| serde_json::to_string_pretty(&json).ok()).unwrap_or_else(|| message.body.clone());
    Markup::html(format!(
        "<details><summary>{} sent {}, received {} times{from}</summary><p>To be had from {}</p>{}</details>",
        code(&message.id),
        visit.time(message.sent_at),
        message.received,
        visit.time(message.visible_at),
        listing(body)
    ))
}

/// `POST /_local/page/queues/{name}/{action}`.
pub(super) async fn act(visit: Visit, Path((name, action)): Path<(String, String)>) -> Result<Redirect, PageError> {
    let sqs = &visit.running.stack.aws.sqs;
    let done: Result<usize, SqsError> = match action.as_str() {
        "redeliver" => sqs.redeliver(&name),
        "redrive" => sqs.redrive(&name),
        _ => return Err(ControlError::NoSuchPath.into()),
    };
    done.map_err(ControlError::from)?;
    visit.running.drain().await.map_err(ControlError::from)?;
    Ok(Redirect::to("/_local/page/queues"))
}
