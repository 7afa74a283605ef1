//! The first page: what there is, what waits, and what can be done with all of it.

use axum::response::{Html, Redirect};
use kernel::Markup;

use super::{
    clock,
    error::PageError,
    frame::{Frame, Tab},
    mailbox,
    markup::{link, page, paragraph},
    parts::{Facts, Role, Tone, button, notice, section},
    visit::Visit,
};
use crate::control::ControlError;

/// How many messages are shown.
const NEWEST: usize = 5;

/// `GET /_local`.
pub(super) async fn overview(visit: Visit) -> Html<String> {
    let stack = &visit.running.stack;
    let done = match visit.asked("done") {
        Some("reset") => notice(Role::Status, &Markup::text("Everything was reset: this is a fresh cloud.")),
        Some("drain") => notice(Role::Status, &Markup::text("Everything that waited is delivered.")),
        _ => Markup::EMPTY,
    };
    let queues = stack.aws.sqs.states();
    let waiting: usize = queues.iter().filter(|queue| queue.dlq.is_some()).map(|queue| queue.visible).sum();
    let dead: usize = queues.iter().filter_map(|queue| queue.dlq).sum();
    let dead = u64::try_from(dead).unwrap_or(u64::MAX);
    let messages = stack.mailbox.find(None, None);
    let facts = Facts::default()
        .with("API", &link("/docs", &Markup::text(stack.endpoints().base_url)))
        .with("Tenants", &link(&page(&["tenants"]), &Markup::text("Look at them")))
        .with("Messages", &link(&page(&["mailbox"]), &Markup::text(messages.len())))
        .with("Payments at Midtrans", &link(&page(&["midtrans"]), &Markup::text(stack.midtrans.payments().len())))
        .with("Payments at Stripe", &link(&page(&["stripe"]), &Markup::text(stack.stripe.payments().len())))
        .with("Waiting in queues", &link(&page(&["queues"]), &Markup::text(waiting)))
        .with("Dead letters", &counted(dead, &page(&["queues"])))
        .with("Failed invocations", &counted(stack.failures(), "/_local/page/queues#failures"));
    let actions = Markup::html(format!(
        "<p class=\"actions\">{} <a class=\"danger\" href=\"{}\">Reset everything…</a></p>",
        button(&page(&["drain"]), "Deliver everything now", "", Tone::Plain),
        page(&["reset"])
    ));
    let newest = messages.iter().rev().take(NEWEST);
    let mail = mailbox::table(&visit, newest).or_say("No message has been sent yet.");
    let body: Markup = [
        done,
        section(
            "cloud",
            &Markup::text("The cloud"),
            &[clock::at_a_glance(&visit), facts.done(), actions].into_iter().collect(),
        ),
        section(
            "newest",
            &Markup::text("Newest messages"),
            &[mail, paragraph(&link(&page(&["mailbox"]), &Markup::text("All messages")))].into_iter().collect(),
        ),
    ]
    .into_iter()
    .collect();
    visit.show(&Frame::new("Overview", Tab::Overview), &body)
}

/// `POST /_local/page/drain`.
pub(super) async fn drain(visit: Visit) -> Result<Redirect, PageError> {
    visit.running.drain().await.map_err(ControlError::from)?;
    Ok(Redirect::to("/_local?done=drain"))
}

/// A number that should be nothing.
fn counted(number: u64, address: &str) -> Markup {
    let linked = link(address, &Markup::text(number));
    if number == 0 { Markup::text("0") } else { Markup::html(format!("<strong class=\"warn\">{linked}</strong>")) }
}
