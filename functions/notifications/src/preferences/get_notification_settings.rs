//! `GET /api/v1/notification-settings`: what the tenant switches off for all.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use messaging::preferences::PreferenceRows;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{NotificationsRead, preferences::settings_view::NotificationSettingsView};

/// Get the notification settings
///
/// The `ETag` is their version, 0 before they are set for the first time.
#[utoipa::path(
    get, path = "/api/v1/notification-settings",
    responses((status = 200, body = Envelope<NotificationSettingsView>))
)]
pub async fn get_notification_settings(
    State(api): State<Api>,
    caller: Caller<NotificationsRead>,
) -> Result<Reply, Problem> {
    let settings = PreferenceRows::new(api.table(), caller.scope).settings().await?;
    let version = settings.version;
    Ok(Reply::ok(&NotificationSettingsView::from(settings))?.version(version))
}
