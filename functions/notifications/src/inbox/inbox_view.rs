//! A message of the list as it is shown.

use kernel::{InvoiceId, NotificationId, Priority, Timestamp};
use messaging::InboxItem;
use serde::Serialize;
use utoipa::ToSchema;

/// A message in one's list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InboxItemView {
    /// The notification.
    pub id: NotificationId,
    /// What kind of message it is: a key of `GET /api/v1/notification-templates`.
    #[schema(example = "invoice_ready")]
    pub kind: String,
    /// How urgent it is.
    pub priority: Priority,
    /// What it is about, in the reader's language.
    #[schema(example = "Invoice INV-2026-11-0001 from Toko Budi")]
    pub title: String,
    /// What it says: paragraphs, an empty line apart.
    #[schema(example = "Hello Budi,\n\nInvoice INV-2026-11-0001 from Toko Budi is ready.")]
    pub text: String,
    /// The invoice that it is about.
    pub invoice_id: Option<InvoiceId>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was read; null for what is unread.
    pub read_at: Option<Timestamp>,
}

impl From<InboxItem> for InboxItemView {
    fn from(item: InboxItem) -> Self {
        Self {
            id: item.id,
            kind: item.kind,
            priority: item.priority,
            title: item.title,
            text: item.text,
            invoice_id: item.invoice_id,
            occurred_at: item.occurred_at,
            read_at: item.read_at,
        }
    }
}
