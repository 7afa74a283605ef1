//! What fills a template's variables.

use std::collections::BTreeMap;

use kernel::{Date, Locale, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rendering::escape;

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Words, such as a name.
    Text,
    /// An amount.
    Money,
    /// A day.
    Date,
    /// Where to go.
    Link,
}

/// An address that a message may lead to: `http` or `https`, and nothing that could end a link early.
#[derive(Clone, PartialEq, Eq)]
pub struct Link(String);

/// The text is no address that a message may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a link: use an address that begins with https://")]
pub struct LinkTextError;

impl Link {
    /// Reads an address.
    ///
    /// # Errors
    /// For anything but `http://` or `https://` and visible ASCII without quotes and angle brackets, at most 2,000.
    pub fn parse(text: &str) -> Result<Self, LinkTextError> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(LinkTextError)?;
        let visible = rest.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>`\\".contains(&b));
        if !rest.is_empty() && visible && text.len() <= 2_000 { Ok(Self(text.to_owned())) } else { Err(LinkTextError) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Link {
    /// A link may carry a token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Link(***)")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Value {
    Text(String),
    Money(Money),
    Date(Date),
    /// A link may carry a token: it is made when the message is sent, and to store one is an error.
    #[serde(skip)]
    Link(Link),
    /// A link that a tenant gave: it carries nothing of ours, and is stored as it is.
    Address(String),
}

/// The values of a template's variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Values(BTreeMap<String, Value>);

/// The longest text that a value may bring into a message, in characters.
const TEXT_MAX: usize = 200;

impl Values {
    /// No values yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Words: put into one line and cut to 200 characters, so that a name can neither forge a paragraph nor fill a
    /// message.
    pub fn text(self, name: &str, text: &str) -> Self {
        let cut = escape::one_line(text).chars().take(TEXT_MAX).collect();
        self.with(name, Value::Text(cut))
    }

    /// An amount.
    pub fn money(self, name: &str, money: Money) -> Self {
        self.with(name, Value::Money(money))
    }

    /// A day.
    pub fn date(self, name: &str, date: Date) -> Self {
        self.with(name, Value::Date(date))
    }

    /// Where to go.
    pub fn link(self, name: &str, link: Link) -> Self {
        self.with(name, Value::Link(link))
    }

    /// Where to go, as a tenant says.
    pub fn address(self, name: &str, link: &Link) -> Self {
        self.with(name, Value::Address(link.0.clone()))
    }

    /// Those whose names are wanted.
    pub(crate) fn kept(&self, is_wanted: impl Fn(&str) -> bool) -> Self {
        let wanted = self.0.iter().filter(|(name, _)| is_wanted(name));
        Self(wanted.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Value {
    pub(crate) const fn kind(&self) -> ValueKind {
        match self {
            Self::Text(_) => ValueKind::Text,
            Self::Money(_) => ValueKind::Money,
            Self::Date(_) => ValueKind::Date,
            Self::Link(_) | Self::Address(_) => ValueKind::Link,
        }
    }

    /// As people of that language write it; not escaped.
    pub(crate) fn written(&self, language: Locale) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Money(money) => language.money(*money),
            Self::Date(date) => language.date(*date),
            Self::Link(link) => link.0.clone(),
            Self::Address(address) => address.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_web_and_nowhere_else() {
        assert_eq!(Link::parse("https://ruko.example/verify?token=a_b-c.d~e").unwrap().as_str().len(), 43);
        assert!(Link::parse("http://127.0.0.1:8080/x").is_ok());
        let long = format!("https://{}", "a".repeat(2_000));
        for bad in [
            "",
            "https://",
            "javascript:alert(1)",
            "ftp://x",
            "//x",
            "https://x y",
            "https://x\"onclick=",
            "https://x\n",
            "https://ü",
            "HTTPS://x",
            &long,
        ] {
            assert_eq!(Link::parse(bad), Err(LinkTextError), "{bad}");
        }
    }

    #[test]
    fn a_link_is_never_stored() {
        let values = Values::new().text("name", "Budi").date("due", jiff::civil::date(2026, 12, 14));
        let stored = serde_json::to_value(&values).unwrap();
        assert_eq!(stored, serde_json::json!({ "name": { "text": "Budi" }, "due": { "date": "2026-12-14" } }));
        assert_eq!(serde_json::from_value::<Values>(stored).unwrap(), values);
        let linked = values.link("link", Link::parse("https://ruko.example/#token=t").unwrap());
        assert!(serde_json::to_value(&linked).is_err());
    }

    #[test]
    fn texts_are_one_short_line() {
        let values = Values::new().text("name", &format!("Budi\r\nBcc: x@example.com {}", "y".repeat(300)));
        let Some(Value::Text(text)) = values.get("name") else { panic!() };
        assert!(text.starts_with("Budi Bcc: x@example.com y"));
        assert_eq!(text.chars().count(), 200);
    }
}
