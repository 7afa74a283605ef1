//! What a user chose, as it is shown.

use kernel::{Timestamp, Zone};
use messaging::preferences::{DigestRhythm, MessageGroup, NotificationPreferences, QuietHours, Switch};
use serde::Serialize;
use tenancy::Tenant;
use utoipa::ToSchema;

/// What one is told, where and when.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationPreferencesView {
    /// What comes over which channel; what is not listed comes.
    pub switches: Vec<Switch>,
    /// The hours in which mail, chat and SMS wait; null for none.
    pub quiet_hours: Option<QuietHours>,
    /// How often messages of medium and low priority come together in one mail; null for each by itself.
    pub digest: Option<DigestRhythm>,
    /// Until when nothing but security disturbs.
    pub muted_until: Option<Timestamp>,
    /// Where the hours are.
    pub zone: Zone,
    /// What is always sent and at once, whatever is chosen.
    pub always_sent: Vec<MessageGroup>,
}

impl NotificationPreferencesView {
    /// What a user of a tenant chose.
    pub(crate) fn of(preferences: NotificationPreferences, tenant: &Tenant) -> Self {
        let NotificationPreferences { switches, quiet_hours, digest, muted_until, zone, version: _ } = preferences;
        Self {
            switches,
            quiet_hours,
            digest,
            muted_until,
            zone: zone.unwrap_or_else(|| tenant.timezone.clone()),
            always_sent: vec![MessageGroup::Security],
        }
    }
}
