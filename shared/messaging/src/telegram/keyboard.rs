//! Buttons beneath a message.

use serde_json::{Value, json};

use super::Press;

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    label: String,
    does: Does,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Does {
    Open(String),
    Tell(Press),
}

/// The longest label, characters: more does not fit on a telephone.
const LABEL: usize = 40;

impl Button {
    /// One that opens an address.
    pub fn open(label: &str, url: String) -> Self {
        Self { label: cut(label), does: Does::Open(url) }
    }

    /// One that tells the bot something.
    pub fn tell(label: &str, press: Press) -> Self {
        Self { label: cut(label), does: Does::Tell(press) }
    }

    fn wire(&self) -> Value {
        match &self.does {
            Does::Open(url) => json!({"text": self.label, "url": url}),
            Does::Tell(press) => json!({"text": self.label, "callback_data": press.to_string()}),
        }
    }
}

/// Rows of buttons, as Telegram takes them.
pub(super) fn wire(rows: &[Vec<Button>]) -> Value {
    let rows: Vec<Vec<Value>> = rows.iter().map(|row| row.iter().map(Button::wire).collect()).collect();
    json!({ "inline_keyboard": rows })
}

/// Telegram takes no button without a text.
fn cut(label: &str) -> String {
    let label = label.trim();
    if label.is_empty() {
        return "·".to_owned();
    }
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    format!("{}…", label.chars().take(LABEL - 1).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_fits_and_is_never_empty() {
        assert_eq!((cut("  "), cut(" Bayar ")), ("·".to_owned(), "Bayar".to_owned()));
        let long = cut(&"é".repeat(60));
        assert_eq!((long.chars().count(), long.ends_with('…')), (LABEL, true));
    }

    #[test]
    fn buttons_are_written_as_telegram_takes_them() {
        let rows = [vec![
            Button::open("Bayar", "https://ruko.example/pay/x".to_owned()),
            Button::tell("Bahasa", Press::Language(kernel::Locale::Id)),
        ]];
        assert_eq!(
            wire(&rows),
            json!({"inline_keyboard": [[
                {"text": "Bayar", "url": "https://ruko.example/pay/x"}, {"text": "Bahasa", "callback_data": "lang:id"}
            ]]})
        );
    }
}
