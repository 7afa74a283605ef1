//! One message in a user's list.

use jiff::SignedDuration;
use kernel::{InvoiceId, NotificationId, Priority, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;

use crate::{Notification, Rendered};

/// How long a message stays in the list.
const LISTED: SignedDuration = SignedDuration::from_hours(24 * 90);

/// A message in a user's list, as stored. What it says is sealed, and goes with the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InboxItem {
    /// The notification that it is a channel of.
    pub id: NotificationId,
    /// The key of its kind.
    pub kind: String,
    /// How urgent it is.
    pub priority: Priority,
    /// The subject, in the reader's language.
    #[serde(with = "table::personal")]
    pub title: String,
    /// What it says, without its buttons: a link is stored nowhere.
    #[serde(with = "table::personal")]
    pub text: String,
    /// The invoice that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<InvoiceId>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the user read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// From when on it is listed no more.
    pub expires_at: Timestamp,
}

/// Marks a message of the list that was not read yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unread {
    /// Which.
    pub id: NotificationId,
    /// As the message's.
    pub expires_at: Timestamp,
}

impl Record for InboxItem {
    const ROWS: &'static [&'static str] = &["INBOX#{user} / ITEM#{notification}"];
}

impl Record for Unread {
    const ROWS: &'static [&'static str] = &["INBOX#{user} / NEW#{notification}"];
}

impl InboxItem {
    /// What a notification becomes in the list of its reader, when it is put there.
    pub fn of(notification: &Notification, rendered: &Rendered, now: Timestamp) -> Self {
        Self {
            id: notification.id,
            kind: notification.kind.clone(),
            priority: notification.priority,
            title: rendered.subject.clone(),
            text: rendered.brief.clone(),
            invoice_id: notification.recipient.invoice(),
            occurred_at: notification.occurred_at(),
            read_at: None,
            expires_at: now.plus(LISTED),
        }
    }

    /// Read at this time, unless it was read before.
    #[must_use]
    pub fn read(self, now: Timestamp) -> Self {
        Self { read_at: self.read_at.or(Some(now)), ..self }
    }
}
