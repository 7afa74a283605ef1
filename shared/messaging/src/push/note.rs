//! What is pushed, and what came of it.

use std::time::Duration;

use kernel::{NotificationId, Priority};
use serde_json::{Value, json};

/// The longest text that is pushed, in characters: what a screen shows of it is far less, and with every character of four
/// bytes it is within the 4,096 that all services take.
const LONGEST: usize = 600;
/// The longest title, in characters.
const LONGEST_TITLE: usize = 120;
/// How long a service keeps a message for a device that is off: a day, in seconds.
pub(super) const TTL_SECONDS: u32 = 24 * 3600;

/// A message for devices. It carries no link and no code: phones' messages pass Google's and Apple's servers in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushNote {
    /// Of which notification: a device shows it once, however often it comes.
    pub id: NotificationId,
    /// The kind of message, for the app to act by.
    pub kind: String,
    /// How urgent it is.
    pub priority: Priority,
    /// One line.
    pub title: String,
    /// Plain text.
    pub body: String,
}

impl PushNote {
    /// A note whose texts are cut where they are too long.
    pub fn new(id: NotificationId, (kind, priority): (&str, Priority), title: &str, body: &str) -> Self {
        let (title, body) = (cut(title, LONGEST_TITLE), cut(body, LONGEST));
        Self { id, kind: kind.to_owned(), priority, title, body }
    }

    /// Under what name a later copy takes the place of this one: 26 letters and digits.
    pub(super) fn topic(&self) -> String {
        self.id.ulid().to_string()
    }

    /// What a page's service worker gets.
    pub(super) fn for_web(&self) -> Value {
        json!({ "id": self.id, "kind": self.kind, "title": self.title, "body": self.body, "tag": self.topic() })
    }
}

fn cut(text: &str, longest: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(longest - 1).collect();
    cut.push('…');
    cut
}

/// The service's name of a message that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedTo(pub String);

/// Why a message did not reach a device's service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The device is registered there no more: for good.
    #[error("the device is gone")]
    Gone,
    /// The service refuses this message or its sender: for good, until somebody mends it.
    #[error("the push service refused the message ({0})")]
    Refused(String),
    /// Too many messages.
    #[error("the push service asks to come back later")]
    RateLimited(Option<Duration>),
    /// The service was not reached or is not well: the message can be sent again, and is shown once.
    #[error("the push service does not answer")]
    Unavailable(Option<Duration>),
}

/// The wait that a service asks for, in whole seconds; dates are left, since each service here writes seconds. At most an hour.
pub(super) fn retry_after(headers: &reqwest::header::HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(3600)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_fits_every_service() {
        let id = "ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let note = PushNote::new(id, ("invoice_ready", Priority::High), &"🎉".repeat(500), &"🎉".repeat(5_000));
        assert_eq!((note.title.chars().count(), note.body.chars().count()), (120, 600));
        assert!(note.body.ends_with('…') && note.for_web().to_string().len() < 3_500);
        let short = PushNote::new(id, ("invoice_ready", Priority::High), " Tagihan ", "Lunas\n");
        assert_eq!((short.title.as_str(), short.body.as_str()), ("Tagihan", "Lunas"));
    }

    #[test]
    fn a_wait_is_read_in_seconds() {
        let wait =
            |text: &str| retry_after(&[("retry-after".parse().unwrap(), text.parse().unwrap())].into_iter().collect());
        assert_eq!(wait("120"), Some(Duration::from_mins(2)));
        assert_eq!(wait("999999"), Some(Duration::from_hours(1)));
        assert_eq!((wait("Wed, 21 Oct 2026 07:28:00 GMT"), wait("-1")), (None, None));
    }
}
