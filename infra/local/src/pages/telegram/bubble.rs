//! One message in a chat, with its buttons.

use kernel::Markup;

use super::super::{
    markup::{linked, soft},
    visit::Visit,
};
use crate::fakes::telegram::{Bubble, Key};

/// A message with its buttons; `address` is that of the chat.
pub(super) fn shown(visit: &Visit, bubble: &Bubble, address: &str) -> Markup {
    let who = Markup::text(if bubble.is_bots { "The bot" } else { "The person" });
    let mut shown = Markup::html(format!("<p>{} {}</p>", who, soft(&visit.time(bubble.at))));
    shown.push(&Markup::html(format!("<pre>{}</pre>", linked(&bubble.text))));
    for row in bubble.keys() {
        let keys: Markup = row.iter().map(|one| key(one, address)).collect();
        shown.push(&Markup::html(format!("<div class=\"row\">{keys}</div>")));
    }
    if let Some(toast) = &bubble.toast {
        shown.push(&Markup::html(format!("<p role=\"status\">{}</p>", Markup::text(toast))));
    }
    shown
}

fn key(key: &Key, address: &str) -> Markup {
    match key {
        Key::Open(label, url) => Markup::html(format!(
            "<a href=\"{}\" target=\"_blank\" rel=\"noreferrer noopener\">{}</a> ",
            Markup::text(url),
            Markup::text(label)
        )),
        Key::Tell(label, data) => Markup::html(format!(
            "<form method=\"post\" action=\"{}\"><button name=\"data\" value=\"{}\">{}</button></form>",
            Markup::text(address),
            Markup::text(data),
            Markup::text(label)
        )),
    }
}
