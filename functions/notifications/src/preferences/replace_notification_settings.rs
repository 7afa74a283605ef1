//! `PUT /api/v1/notification-settings`: the tenant chooses what its people are told, and where.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one transaction of
//! settings, audit entry and idempotency row; again for every race that is lost.

use axum::extract::State;
use messaging::preferences::{NotificationSettings, PreferenceRows, Switch};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Json, Problem, Reply};

use crate::{NOTIFICATION_SETTINGS_CHANGED, NotificationsWrite, preferences::settings_view::NotificationSettingsView};

/// What a tenant's people are told.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReplaceNotificationSettings {
    /// What comes over which channel, up to 200; what is not listed comes, unless its reader switched it off.
    #[schema(max_items = 200)]
    pub switches: Vec<Switch>,
}

/// Replace the notification settings
///
/// All of them. What is off here comes to nobody, whatever its reader wants. Messages about security are always sent.
#[utoipa::path(
    put, path = "/api/v1/notification-settings",
    responses(
        (status = 200, body = Envelope<NotificationSettingsView>),
        (status = 409, description = "CONFLICT"),
        (status = 422, description = "NOTIFICATION_ALWAYS_SENT, NOTIFICATION_PREFERENCES_INVALID")
    )
)]
pub async fn replace_notification_settings(
    State(api): State<Api>,
    caller: Caller<NotificationsWrite>,
    Edit { info, key, if_match }: Edit,
    Json(body): Json<ReplaceNotificationSettings>,
) -> Result<Reply, Problem> {
    let rows = PreferenceRows::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let before = rows.settings().await?;
        if_match.check(before.version)?;
        let after = NotificationSettings { switches: body.switches.clone(), version: before.version + 1 };
        after.check()?;
        let mut transaction = Transaction::new();
        rows.save_settings(&mut transaction, &after)?;
        let entry = caller.entry(&api, &info, NOTIFICATION_SETTINGS_CHANGED).about(caller.tenant());
        entry.with("switches", after.switches.len()).insert(&mut transaction, caller.scope)?;
        let version = after.version;
        let reply = Reply::ok(&NotificationSettingsView::from(after))?.version(version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
