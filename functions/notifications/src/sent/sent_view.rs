//! A message and what became of it, as it is shown.

use kernel::{InvoiceId, NotificationId, Priority, Timestamp, UserId};
use messaging::{Channel, Delivery, DeliveryState, Notification};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A message, and how it stands on each channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentNotificationView {
    /// The notification.
    pub id: NotificationId,
    /// What kind of message it is: a key of `GET /api/v1/notification-templates`.
    #[schema(example = "invoice_ready")]
    pub kind: String,
    /// How urgent it is.
    pub priority: Priority,
    /// The user who is told; null for an address that is no user's.
    pub user_id: Option<UserId>,
    /// The invoice that it is about.
    pub invoice_id: Option<InvoiceId>,
    /// How it stands on each channel.
    pub channels: Vec<SentChannelView>,
    /// When what it tells of happened.
    pub occurred_at: Timestamp,
    /// When it was decided to tell of it.
    pub created_at: Timestamp,
}

/// How a message stands on a channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentChannelView {
    /// Which.
    pub channel: Channel,
    /// How it stands.
    pub state: SentState,
    /// How many times it was tried.
    #[schema(example = 1, minimum = 0)]
    pub attempts: u32,
    /// When it left, or was given up.
    pub at: Option<Timestamp>,
    /// Why it did not leave.
    #[schema(example = "switched off by the reader")]
    pub reason: Option<String>,
}

/// How a message stands on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SentState {
    /// It was not tried yet: it is queued, or waits for the end of quiet hours or for a digest.
    Waiting,
    /// It is being tried.
    Sending,
    /// It left.
    Sent,
    /// It does not leave any more.
    Failed,
}

impl SentNotificationView {
    /// A notification with its deliveries, each beside its channel.
    pub(crate) fn of(notification: &Notification, deliveries: &[(Channel, Option<Delivery>)]) -> Self {
        Self {
            id: notification.id,
            kind: notification.kind.clone(),
            priority: notification.priority,
            user_id: notification.recipient.user(),
            invoice_id: notification.recipient.invoice(),
            channels: deliveries.iter().map(|(channel, known)| SentChannelView::of(*channel, known.as_ref())).collect(),
            occurred_at: notification.occurred_at(),
            created_at: notification.created_at,
        }
    }
}

impl SentChannelView {
    fn of(channel: Channel, known: Option<&Delivery>) -> Self {
        let Some(Delivery { state, attempts, .. }) = known else {
            return Self { channel, state: SentState::Waiting, attempts: 0, at: None, reason: None };
        };
        let (state, at, reason) = match state {
            DeliveryState::Claimed { .. } => (SentState::Sending, None, None),
            DeliveryState::Sent { at, .. } => (SentState::Sent, Some(*at), None),
            DeliveryState::Failed { at, reason } => (SentState::Failed, Some(*at), Some(reason.clone())),
        };
        Self { channel, state, attempts: *attempts, at, reason }
    }
}
