//! Events about messages that a tenant sends itself.

use kernel::NotificationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// Messages are to be sent, which stand in their rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationRequested {
    /// The first of them.
    pub notification_id: NotificationId,
    /// All of them, at most 50: one for each reader.
    pub notification_ids: Vec<NotificationId>,
}

impl Payload for NotificationRequested {
    const NAME: &'static str = "notification.requested";
    const AUDIENCE: Audience = Audience::Internal;
    type Subject = NotificationId;

    fn subject(&self) -> NotificationId {
        self.notification_id
    }
}
