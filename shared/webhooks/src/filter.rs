//! Which events an endpoint wants.

use std::{fmt, str::FromStr};

use events::catalogue;
use kernel::nearest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An event by name, all of a subject (`invoice.*`), or all (`*`). Only public events can be named.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A public event of docs/EVENTS.md by name, all events of a subject such as `invoice.*`, or `*` for all of them, those of later releases too",
    value_type = String, pattern = r"^(\*|[a-z_]+\.(\*|[a-z_]+))$", max_length = 64, example = "invoice.paid"
)]
pub struct EventPattern(String);

/// There is no such event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventPatternError {
    /// One that is written alike may be meant.
    #[error("there is no such event; did you mean {0}?")]
    Perhaps(&'static str),
    /// Nothing is written alike.
    #[error("there is no such event: docs/EVENTS.md lists the public ones; `invoice.*` and `*` stand for several")]
    Unknown,
}

impl EventPattern {
    /// Whether an event of this name is wanted.
    pub fn matches(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => self.0 == name,
        }
    }
}

impl FromStr for EventPattern {
    type Err = EventPatternError;

    fn from_str(text: &str) -> Result<Self, EventPatternError> {
        let beginning = text.strip_suffix('*').filter(|beginning| beginning.is_empty() || beginning.ends_with('.'));
        let mut names = catalogue::public_names();
        let known = match beginning {
            Some(beginning) => names.any(|name| name.starts_with(beginning)),
            None => names.any(|name| name == text),
        };
        if known {
            return Ok(Self(text.to_owned()));
        }
        Err(nearest(text, catalogue::public_names()).map_or(EventPatternError::Unknown, EventPatternError::Perhaps))
    }
}

impl TryFrom<String> for EventPattern {
    type Error = EventPatternError;

    fn try_from(text: String) -> Result<Self, EventPatternError> {
        text.parse()
    }
}

impl From<EventPattern> for String {
    fn from(pattern: EventPattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Result<EventPattern, EventPatternError> {
        text.parse()
    }

    #[test]
    fn events_are_named_one_by_one_by_subject_or_all() {
        let one = pattern("invoice.paid").unwrap();
        assert!(one.matches("invoice.paid") && !one.matches("invoice.paid_late") && !one.matches("invoice.issued"));
        let subject = pattern("payment.*").unwrap();
        assert!(subject.matches("payment.failed") && !subject.matches("payment_method.expiring"));
        assert!(pattern("*").unwrap().matches("webhook_endpoint.disabled"));
    }

    #[test]
    fn what_is_no_public_event_is_refused_with_what_may_be_meant() {
        assert_eq!(pattern("invoice.payed"), Err(EventPatternError::Perhaps("invoice.paid")));
        assert_eq!(pattern("Invoice.Paid"), Err(EventPatternError::Perhaps("invoice.paid")));
        for unknown in ["", "coffee", "**", "inv*", "coffee.*", ".*", "invoice", "*.paid", "🙂"] {
            assert!(pattern(unknown).is_err(), "{unknown}");
        }
        // An internal event exists and is nobody else's.
        let internal = pattern("user.password_reset_requested").unwrap_err();
        assert!(!internal.to_string().contains("user.password_reset_requested"), "{internal}");
        assert!(pattern("usage.*").is_err());
    }

    #[test]
    fn every_public_event_can_be_named() {
        for name in catalogue::public_names() {
            assert!(pattern(name).unwrap().matches(name), "{name}");
            assert!(name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_lowercase() || b"_.".contains(&byte)));
        }
        assert!(catalogue::public_names().count() > 40);
    }
}
