//! A message and what became of it, as it is shown.

use kernel::{InvoiceId, NotificationId, Priority, Timestamp, UserId};
use messaging::{Channel, ChannelHistory, Delivery, DeliveryState, Notification, Report, ReportStatus};
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
    /// Since when it stands so; null while it did not leave.
    pub at: Option<Timestamp>,
    /// Why it did not leave or not arrive: our reason, or the code of the carrier.
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
    /// It left. Push and Telegram tell no more.
    Sent,
    /// The reader's server or phone took it, or it is in the reader's list.
    Delivered,
    /// It was opened, or read in the list.
    Opened,
    /// It came back after it left.
    Undelivered,
    /// The reader called it spam.
    Complained,
    /// It does not leave any more.
    Failed,
}

impl SentNotificationView {
    /// A notification with what is known of its channels.
    pub(crate) fn of(notification: &Notification, channels: &[ChannelHistory]) -> Self {
        Self {
            id: notification.id,
            kind: notification.kind.clone(),
            priority: notification.priority,
            user_id: notification.recipient.user(),
            invoice_id: notification.recipient.invoice(),
            channels: channels.iter().map(SentChannelView::from).collect(),
            occurred_at: notification.occurred_at(),
            created_at: notification.created_at,
        }
    }
}

impl From<&ChannelHistory> for SentChannelView {
    fn from(history: &ChannelHistory) -> Self {
        let ChannelHistory { channel, delivery, report } = history;
        let channel = *channel;
        let Some(Delivery { state, attempts, .. }) = delivery else {
            return Self { channel, state: SentState::Waiting, attempts: 0, at: None, reason: None };
        };
        let (state, at, reason) = match state {
            DeliveryState::Claimed { .. } => (SentState::Sending, None, None),
            DeliveryState::Sent { at, .. } => match report.as_ref().and_then(after_it_left) {
                Some((state, report)) => (state, Some(report.at), report.code.clone()),
                None => (SentState::Sent, Some(*at), None),
            },
            DeliveryState::Failed { at, reason } => (SentState::Failed, Some(*at), Some(reason.clone())),
        };
        Self { channel, state, attempts: *attempts, at, reason }
    }
}

/// How a message stands by what its carrier told, when that is more than that it left.
fn after_it_left(report: &Report) -> Option<(SentState, &Report)> {
    let state = match report.status {
        ReportStatus::Queued | ReportStatus::Sending | ReportStatus::Sent => return None,
        ReportStatus::Delivered => SentState::Delivered,
        ReportStatus::Undelivered => SentState::Undelivered,
        ReportStatus::Opened => SentState::Opened,
        ReportStatus::Complained => SentState::Complained,
    };
    Some((state, report))
}
