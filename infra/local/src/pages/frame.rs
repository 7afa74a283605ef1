//! What all pages have around them: the head, the way to the other pages, the clock, the choice of a time zone.

use axum::response::Html;
use jiff::tz::TimeZone;
use kernel::Markup;

use super::markup::link;

const STYLE: &str = include_str!("console.css");
/// A shop house.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' \
                    height='16' rx='3' fill='%230b6e5f'/%3E%3Cpath d='M3 8 8 3l5 5v5H9v-3H7v3H3z' fill='%23fff'/%3E%3C/svg%3E";
/// The zones that are offered, and what people call them; the browser's own is added by `zone.js`.
const ZONES: [(&str, &str); 4] = [
    ("UTC", "UTC"),
    ("Asia/Jakarta", "Jakarta (WIB)"),
    ("Asia/Makassar", "Makassar (WITA)"),
    ("Asia/Jayapura", "Jayapura (WIT)"),
];

/// Where a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Overview,
    Tenants,
    Events,
    Mailbox,
    Midtrans,
    Stripe,
    Telegram,
    Queues,
    Clock,
    None,
}

const TABS: [(Tab, &str, &str); 9] = [
    (Tab::Overview, "/_local", "Overview"),
    (Tab::Tenants, "/_local/page/tenants", "Tenants"),
    (Tab::Events, "/_local/page/events", "Events"),
    (Tab::Mailbox, "/_local/page/mailbox", "Mailbox"),
    (Tab::Midtrans, "/_local/page/midtrans", "Midtrans"),
    (Tab::Stripe, "/_local/page/stripe", "Stripe"),
    (Tab::Telegram, "/_local/page/telegram", "Telegram"),
    (Tab::Queues, "/_local/page/queues", "Queues"),
    (Tab::Clock, "/_local/page/clock", "Clock"),
];

/// What a page is called and where it stands.
pub(super) struct Frame {
    title: String,
    tab: Tab,
    /// The pages above it.
    above: Vec<(String, String)>,
}

impl Frame {
    pub(super) fn new(title: impl Into<String>, tab: Tab) -> Self {
        Self { title: title.into(), tab, above: Vec::new() }
    }

    /// The same page below another one.
    pub(super) fn below(mut self, address: String, name: impl Into<String>) -> Self {
        self.above.push((address, name.into()));
        self
    }
}

/// What the head of a page shows of the moment.
pub(super) struct Head<'a> {
    /// What time it is, in the zone.
    pub(super) now: Markup,
    pub(super) moving: bool,
    pub(super) zone: &'a TimeZone,
    /// The address of the page.
    pub(super) address: &'a str,
}

/// A page as a whole.
pub(super) fn whole(head: &Head<'_>, frame: &Frame, body: &Markup) -> Html<String> {
    let Head { now, moving, zone, address } = head;
    let moving = if *moving { ", moving" } else { "" };
    let clock = Markup::html(format!("<a href=\"/_local/page/clock\">{now}{moving}</a>"));
    let tools = Markup::html(format!("<p class=\"clock\">{clock}</p>{}", zone_form(zone, address)));
    around(frame, &tools, body)
}

/// A page without what only a visit knows.
pub(super) fn bare(frame: &Frame, body: &Markup) -> Html<String> {
    around(frame, &Markup::EMPTY, body)
}

fn around(frame: &Frame, tools: &Markup, body: &Markup) -> Html<String> {
    let title = Markup::text(&frame.title);
    let tabs: Markup = TABS
        .iter()
        .map(|(tab, address, name)| {
            let here = if *tab == frame.tab { " aria-current=\"page\"" } else { "" };
            Markup::html(format!("<li><a href=\"{address}\"{here}>{name}</a></li>"))
        })
        .collect();
    let mut above = Markup::EMPTY;
    for (address, name) in &frame.above {
        above.push(&Markup::html(format!("<li>{}</li>", link(address, &Markup::text(name)))));
    }
    if !above.is_empty() {
        above = Markup::html(format!("<nav aria-label=\"Above this page\"><ol class=\"above\">{above}</ol></nav>"));
    }
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title} · Ruko local cloud</title>\
         <link rel=\"icon\" href=\"{ICON}\"><style>{STYLE}</style><script src=\"/_local/page/zone.js\" defer></script></head>\
         <body><a class=\"skip\" href=\"#main\">To the content</a>\
         <header><p class=\"brand\"><a href=\"/_local\">Ruko local cloud</a></p>\
         <nav aria-label=\"Pages\"><ul>{tabs}<li><a href=\"/docs\">API</a></li></ul></nav>\
         <div class=\"tools\">{tools}</div></header>\
         <main id=\"main\">{above}<h1>{title}</h1>{body}</main></body></html>"
    ))
}

/// The choice of a zone. The one that is in use stands there, even where it is none of those offered.
fn zone_form(zone: &TimeZone, back: &str) -> Markup {
    let chosen = zone.iana_name().unwrap_or("UTC");
    let option = |value: &str, name: &str| {
        let selected = if value == chosen { " selected" } else { "" };
        Markup::html(format!("<option value=\"{}\"{selected}>{}</option>", Markup::text(value), Markup::text(name)))
    };
    let other = ZONES.iter().all(|(value, _)| *value != chosen).then(|| option(chosen, chosen));
    let options: Markup = ZONES.iter().map(|(value, name)| option(value, name)).chain(other).collect();
    Markup::html(format!(
        "<form method=\"post\" action=\"/_local/page/zone\"><input type=\"hidden\" name=\"back\" value=\"{}\">\
         <label>Times in <select name=\"zone\" id=\"zone\">{options}</select></label> <button>Show</button></form>",
        Markup::text(back)
    ))
}
