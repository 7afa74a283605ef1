//! What a tenant switches off for all, as it is shown.

use messaging::preferences::{MessageGroup, NotificationSettings, Switch};
use serde::Serialize;
use utoipa::ToSchema;

/// What a tenant's people are not told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationSettingsView {
    /// What comes over which channel; what is not listed comes, unless its reader switched it off.
    pub switches: Vec<Switch>,
    /// What is always sent and at once, whatever is chosen.
    pub always_sent: Vec<MessageGroup>,
}

impl From<NotificationSettings> for NotificationSettingsView {
    fn from(settings: NotificationSettings) -> Self {
        Self { switches: settings.switches, always_sent: vec![MessageGroup::Security] }
    }
}
