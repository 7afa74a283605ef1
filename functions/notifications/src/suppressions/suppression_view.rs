//! A suppression as staff sees it.

use kernel::{SuppressionId, Timestamp};
use messaging::{Channel, Suppression, SuppressionReason};
use serde::Serialize;
use utoipa::ToSchema;

/// An address that nothing is sent to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuppressionView {
    /// Its id, always the same for an address.
    pub id: SuppressionId,
    /// Which channel leads there.
    pub channel: SuppressedChannel,
    /// The address in part.
    #[schema(example = "b***@example.com")]
    pub address: String,
    /// Why nothing is sent.
    pub reason: SuppressionReason,
    /// The carrier's own word for it; `repeated` after five mails that came back within 30 days of each other.
    #[schema(required, example = "General")]
    pub code: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

/// A channel whose addresses can be suppressed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuppressedChannel {
    /// Mail.
    Email,
    /// SMS.
    Sms,
}

impl From<Suppression> for SuppressionView {
    fn from(suppression: Suppression) -> Self {
        let Suppression { id, channel, hint, reason, code, since } = suppression;
        let channel = if channel == Channel::Sms { SuppressedChannel::Sms } else { SuppressedChannel::Email };
        Self { id, channel, address: hint, reason, code, since }
    }
}
