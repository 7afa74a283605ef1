//! Events that were published since the start, and the queues that took them.

use axum::{extract::Path, response::Html};
use events::Event;
use kernel::Markup;

use super::{
    error::PageError,
    frame::{Frame, Tab},
    markup::{chip, code, encoded, link, listing, page, paragraph, word},
    parts::{Facts, Table, column, section},
    visit::{ROWS, Visit},
};
use crate::aws::events::Published;

/// An event with when and where it went.
struct Seen {
    event: Event,
    published: Published,
}

/// Those that are the product's, newest first.
fn all(visit: &Visit) -> Vec<Seen> {
    let published = visit.running.stack.aws.bus.published();
    let seen = published.into_iter().filter_map(|published| {
        let event = serde_json::from_value(published.detail.clone()).ok()?;
        Some(Seen { event, published })
    });
    seen.collect()
}

/// `GET /_local/page/events`, of all tenants or of one, and of one subject.
pub(super) async fn events_page(visit: Visit) -> Html<String> {
    let (tenant, subject) = (visit.filled("tenant"), visit.filled("subject"));
    let matching: Vec<Seen> = all(&visit)
        .into_iter()
        .filter(|seen| tenant.is_none_or(|tenant| seen.event.tenant_id.to_string() == tenant))
        .filter(|seen| subject.is_none_or(|subject| seen.event.subject == subject))
        .collect();
    let mut table = Table::new("Events", [column("Event"), column("About"), column("Happened"), column("Went to")]);
    for seen in matching.iter().skip(visit.skipped()).take(ROWS) {
        let event = &seen.event;
        table.row([
            link(&page(&["events", &event.id.to_string()]), &Markup::text(&event.name)),
            about(event),
            visit.at(event.occurred_at),
            went_to(seen),
        ]);
    }
    let of: Vec<String> = [subject, tenant].into_iter().flatten().map(|of| code(of).into_html()).collect();
    let of = if of.is_empty() { Markup::EMPTY } else { paragraph(&Markup::html(format!("Of {}", of.join(" in ")))) };
    let rows = table.or_say("No such event has been published since the start.");
    let body: Markup = [of, rows, visit.stretch(matching.len(), &["tenant", "subject"])].into_iter().collect();
    let heading = Markup::text("Published since the start, newest first");
    visit.show(&Frame::new("Events", Tab::Events), &section("events", &heading, &body))
}

/// `GET /_local/page/events/{id}`.
pub(super) async fn event_page(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let seen = all(&visit).into_iter().find(|seen| seen.event.id.to_string() == id);
    let seen = seen.ok_or(PageError::Missing("event"))?;
    let event = &seen.event;
    let tenant = event.tenant_id.to_string();
    let facts = Facts::default()
        .with("Event", &chip(&event.name))
        .with("Version of its data", &Markup::text(event.version))
        .with("Tenant", &link(&page(&["tenants", &tenant]), &code(&tenant)))
        .with("About", &about(event))
        .with("Which version of it", &Markup::text(event.subject_version))
        .with("Seen by", &Markup::text(word(&event.audience)))
        .with("Happened", &visit.at(event.occurred_at))
        .with("Published", &visit.time(seen.published.at))
        .with("Request", &code(event.request_id))
        .with("Went to", &went_to(&seen));
    let data = serde_json::to_string_pretty(&seen.published.detail).unwrap_or_default();
    let body: Markup = [
        section("event", &Markup::text("Event"), &facts.done()),
        section("data", &Markup::text("As published"), &listing(data)),
    ]
    .into_iter()
    .collect();
    let title = format!("{} {}", event.name, event.id);
    Ok(visit.show(&Frame::new(title, Tab::Events).below(page(&["events"]), "Events"), &body))
}

/// What an event is about, with the way to its page where there is one.
fn about(event: &Event) -> Markup {
    let (tenant, subject) = (event.tenant_id.to_string(), event.subject.as_str());
    let kinds =
        [("cus_", "customers"), ("sub_", "subscriptions"), ("inv_", "invoices"), ("pay_", "payments")].into_iter();
    let kind = kinds.filter(|(prefix, _)| subject.starts_with(prefix)).map(|(_, kind)| kind).next();
    match kind {
        Some(kind) => link(&page(&["tenants", &tenant, kind, subject]), &code(subject)),
        None if subject.starts_with("tnt_") => link(&page(&["tenants", subject]), &code(subject)),
        None => code(subject),
    }
}

fn went_to(seen: &Seen) -> Markup {
    let queues = seen.published.queues.iter();
    let queues: Vec<String> =
        queues.map(|queue| link(&page(&["queues", queue]), &Markup::text(queue)).into_html()).collect();
    if queues.is_empty() { Markup::text("nobody") } else { Markup::html(queues.join(", ")) }
}

/// The address of the events about one thing.
pub(super) fn of_subject(tenant: &str, subject: &str) -> String {
    format!("{}?tenant={}&subject={}", page(&["events"]), encoded(tenant), encoded(subject))
}
