//! What a bot says: lines of text with buttons beneath. Written in `MarkdownV2`, with every value escaped.

use serde_json::{Value, json};

use super::{Button, Part, call, keyboard, parts};
use crate::rendering::escape;

/// What a bot says. It has no limit: what is longer than a message goes as several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BotReply {
    lines: Vec<Line>,
    rows: Vec<Vec<Button>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Title(String),
    Text(String),
    Empty,
}

impl BotReply {
    /// One line.
    pub fn saying(text: impl Into<String>) -> Self {
        Self::default().line(text)
    }

    /// A line that stands out.
    #[must_use]
    pub fn title(mut self, text: impl Into<String>) -> Self {
        self.lines.push(Line::Title(text.into()));
        self
    }

    /// One more line.
    #[must_use]
    pub fn line(mut self, text: impl Into<String>) -> Self {
        self.lines.push(Line::Text(text.into()));
        self
    }

    /// An empty line, before what follows.
    #[must_use]
    pub fn gap(mut self) -> Self {
        self.lines.push(Line::Empty);
        self
    }

    /// A row of buttons.
    #[must_use]
    pub fn row(mut self, buttons: impl IntoIterator<Item = Button>) -> Self {
        let row: Vec<Button> = buttons.into_iter().collect();
        self.rows.extend(Some(row).filter(|row| !row.is_empty()));
        self
    }

    /// Whether nothing is said yet.
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The text in `MarkdownV2`.
    pub fn markdown(&self) -> String {
        let line = |line: &Line| match line {
            // An empty pair of marks is no entity.
            Line::Title(text) if text.trim().is_empty() => String::new(),
            Line::Title(text) => format!("*{}*", escape::markdown(&escape::one_line(text))),
            Line::Text(text) => escape::markdown(&escape::one_line(text)),
            Line::Empty => String::new(),
        };
        self.lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// As messages, each of which Telegram takes.
    pub fn parts(&self) -> Vec<Part> {
        parts(&self.markdown())
    }

    /// Calls of the Bot API, one for each message; the buttons are beneath the last.
    pub fn sent_to(&self, chat: i64) -> Vec<Value> {
        let mut calls: Vec<Value> = self.parts().iter().map(|part| message("sendMessage", chat, part)).collect();
        if let Some(last) = calls.last_mut().filter(|_| !self.rows.is_empty()) {
            call::set(last, "reply_markup", keyboard::wire(&self.rows));
        }
        calls
    }

    /// Calls of the Bot API that put it in the place of a message; what is longer than one follows it. The buttons are
    /// beneath the last.
    pub fn in_place_of(&self, chat: i64, message_id: i64) -> Vec<Value> {
        let mut calls = self.sent_to(chat);
        let is_one = calls.len() == 1;
        if let Some(first) = calls.first_mut() {
            call::set(first, "method", "editMessageText");
            call::set(first, "message_id", message_id);
            // Without any, the former buttons go.
            let rows: &[_] = if is_one { &self.rows } else { &[] };
            call::set(first, "reply_markup", keyboard::wire(rows));
        }
        calls
    }
}

fn message(method: &str, chat: i64, part: &Part) -> Value {
    json!({
        "method": method, "chat_id": chat, "text": part.markdown, "parse_mode": "MarkdownV2",
        "link_preview_options": {"is_disabled": true},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telegram::Press;

    #[test]
    fn values_are_escaped_and_stay_on_their_line() {
        let reply =
            BotReply::default().title("Paket *_x_*").line("Rp 10.000,50\n(lunas!)").gap().line("https://t.me/a_b");
        assert_eq!(reply.markdown(), "*Paket \\*\\_x\\_\\**\nRp 10\\.000,50 \\(lunas\\!\\)\n\nhttps://t\\.me/a\\_b");
        assert_eq!(reply.parts()[0].plain, "Paket *_x_*\nRp 10.000,50 (lunas!)\n\nhttps://t.me/a_b");
    }

    #[test]
    fn a_long_reply_is_several_messages_with_the_buttons_beneath_the_last() {
        let mut reply = BotReply::default().title("Usage");
        for number in 0..400 {
            reply = reply.line(format!("feature_{number}: 1.000"));
        }
        let reply = reply.row([Button::tell("x", Press::Mute(8))]);
        let calls = reply.sent_to(42);
        assert!(calls.len() > 1);
        let with_buttons: Vec<bool> = calls.iter().map(|call| call["reply_markup"].is_object()).collect();
        assert_eq!(with_buttons.iter().filter(|has| **has).count(), 1);
        assert_eq!(with_buttons.last(), Some(&true));
        let instead = reply.in_place_of(42, 7);
        assert_eq!((&instead[0]["method"], &instead[0]["message_id"]), (&json!("editMessageText"), &json!(7)));
        assert_eq!(instead[0]["reply_markup"], json!({"inline_keyboard": []}), "the former buttons go");
        assert_eq!(instead[1..], calls[1..], "and the rest follows");
        let short = BotReply::saying("x").row([Button::tell("x", Press::Mute(8))]).in_place_of(42, 7);
        assert_eq!((short.len(), short[0]["reply_markup"]["inline_keyboard"].as_array().unwrap().len()), (1, 1));
        assert_eq!(BotReply::default().in_place_of(42, 7), Vec::<Value>::new());
    }
}
