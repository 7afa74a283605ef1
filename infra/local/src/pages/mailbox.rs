//! The mailbox: every message that left the cloud for a person.

use axum::{extract::Path, response::Html};
use kernel::Markup;

use super::{
    error::PageError,
    frame::{Frame, Tab},
    markup::{chip, link, linked, listing, page},
    parts::{Column, Facts, Table, column, section},
    visit::{ROWS, Visit},
};
use crate::mailbox::Message;

/// The longest headline, characters.
const HEADLINE: usize = 90;
const COLUMNS: [Column; 4] = [column("Message"), column("By"), column("To"), column("Sent")];

/// `GET /_local/page/mailbox`.
pub(super) async fn mailbox_page(visit: Visit) -> Html<String> {
    let (channel, to) = (visit.filled("channel"), visit.filled("to"));
    let messages = visit.running.stack.mailbox.find(channel, to);
    let rows = table(&visit, messages.iter().rev().skip(visit.skipped()).take(ROWS));
    let body: Markup = [
        filter_form(channel, to),
        rows.or_say("No such message has been sent yet."),
        visit.stretch(messages.len(), &["channel", "to"]),
    ]
    .into_iter()
    .collect();
    let heading = Markup::text("Messages, newest first");
    visit.show(&Frame::new("Mailbox", Tab::Mailbox), &section("messages", &heading, &body))
}

fn filter_form(channel: Option<&str>, to: Option<&str>) -> Markup {
    let option = |value: &'static str, name: &'static str| {
        let selected = if channel.unwrap_or_default() == value { " selected" } else { "" };
        Markup::html(format!("<option value=\"{value}\"{selected}>{name}</option>"))
    };
    let options: Markup =
        [("", "all"), ("email", "e-mail"), ("telegram", "Telegram"), ("sms", "SMS"), ("push", "push")]
            .into_iter()
            .map(|(value, name)| option(value, name))
            .collect();
    Markup::html(format!(
        "<form method=\"get\" action=\"{}\"><label>By <select name=\"channel\">{options}</select></label> \
         <label>To <input name=\"to\" value=\"{}\" placeholder=\"budi@example.com\"></label> <button>Find</button></form>",
        page(&["mailbox"]),
        Markup::text(to.unwrap_or_default())
    ))
}

/// Messages, one in each row.
pub(super) fn table<'a>(visit: &Visit, messages: impl Iterator<Item = &'a Message>) -> Table<4> {
    let mut table = Table::new("Messages", COLUMNS);
    for message in messages {
        let address = page(&["mailbox", &message.id]);
        table.row([
            link(&address, &Markup::text(headline(message))),
            chip(&message.channel),
            Markup::text(addressee(message)),
            visit.time(message.sent_at),
        ]);
    }
    table
}

/// `GET /_local/page/mailbox/{id}`.
pub(super) async fn message_page(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let message = visit.running.stack.mailbox.get(&id).ok_or(PageError::Missing("message"))?;
    let facts = Facts::default()
        .with("By", &chip(&message.channel))
        .with("From", &Markup::text(&message.from))
        .with("Answers go to", &Markup::text(message.reply_to.as_deref().unwrap_or(&message.from)))
        .with("Attachments", &Markup::text(message.attachments.join(", ")))
        .with("To", &Markup::text(addressee(&message)))
        .with("Sent", &visit.time(message.sent_at));
    let mut body = section("message", &Markup::text("Message"), &facts.done());
    if let Some(html) = &message.html {
        body.push(&section("preview", &Markup::text("As it looks"), &preview(html)));
    }
    let text = Markup::html(format!("<pre>{}</pre>", linked(&message.text)));
    body.push(&section("text", &Markup::text("As text"), &text));
    if let Some(html) = &message.html {
        let source = Markup::html(format!("<details><summary>Its HTML</summary>{}</details>", listing(html)));
        body.push(&section("source", &Markup::text("Source"), &source));
    }
    let frame = Frame::new(headline(&message), Tab::Mailbox).below(page(&["mailbox"]), "Mailbox");
    Ok(visit.show(&frame, &body))
}

/// The mail in a frame without scripts. Its links open in a tab of their own, which the frame's walls do not follow.
fn preview(html: &str) -> Markup {
    const BASE: &str = "<base target=\"_blank\">";
    let head = html.find("<head>").map(|at| at + "<head>".len());
    let (before, after) = html.split_at(head.unwrap_or(0));
    Markup::html(format!(
        "<iframe sandbox=\"allow-popups allow-popups-to-escape-sandbox\" title=\"The mail as it looks\" srcdoc=\"{}\"></iframe>",
        Markup::text(format!("{before}{BASE}{after}"))
    ))
}

/// What a message is about: its subject, or how its text begins, cut between words.
fn headline(message: &Message) -> String {
    let mut line = String::new();
    for word in message.subject.as_ref().unwrap_or(&message.text).split_whitespace() {
        if !line.is_empty() && line.chars().count() + word.chars().count() >= HEADLINE {
            return format!("{line}…");
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.is_empty() { "(no text)".to_owned() } else { line }
}

/// To whom a message went, by name where only a number is the address.
fn addressee(message: &Message) -> String {
    match &message.to_name {
        Some(name) => format!("{name} ({})", message.to),
        None => message.to.clone(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn message(text: &str) -> Message {
        Message {
            id: "msg-1".into(),
            channel: "telegram".into(),
            to: "4242".into(),
            to_name: Some("Budi".into()),
            from: "bot".into(),
            reply_to: None,
            attachments: Vec::new(),
            unsubscribe: None,
            subject: None,
            text: text.into(),
            html: None,
            sent_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_headline_is_cut_between_words() {
        assert_eq!(headline(&message("\n Tagihan INV-1\nJumlah: Rp581.640")), "Tagihan INV-1 Jumlah: Rp581.640");
        for more in 0..12 {
            let cut =
                headline(&message(&format!("{}{} Rp581.640 sekarang", "x".repeat(more), " besar sekali".repeat(6))));
            assert!(cut.ends_with("sekali…") || cut.ends_with("Rp581.640…"), "{cut}");
        }
        assert_eq!(headline(&message(" ")), "(no text)");
        assert_eq!(addressee(&message("")), "Budi (4242)");
    }

    #[test]
    fn links_of_a_mail_open_outside_of_its_frame() {
        let html = preview("<html><head><title>x</title></head><a href=\"https://x.test/\">Pay</a>").into_html();
        assert!(html.contains("allow-popups allow-popups-to-escape-sandbox"), "{html}");
        assert!(html.contains("&lt;head&gt;&lt;base target=&quot;_blank&quot;&gt;&lt;title&gt;"), "{html}");
        assert!(!html.contains("<a "), "{html}");
    }
}
