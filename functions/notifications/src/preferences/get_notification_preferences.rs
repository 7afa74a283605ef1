//! `GET /api/v1/notification-preferences`: what the signed-in user chose to be told.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use messaging::preferences::PreferenceRows;
use web::{Api, Envelope, Problem, Reply, SignedIn};

use crate::preferences::preferences_view::NotificationPreferencesView;

/// Get your notification preferences
///
/// The `ETag` is their version, 0 before they are set for the first time: then everything comes, at once.
#[utoipa::path(
    get, path = "/api/v1/notification-preferences",
    responses((status = 200, body = Envelope<NotificationPreferencesView>))
)]
pub async fn get_notification_preferences(State(api): State<Api>, caller: SignedIn) -> Result<Reply, Problem> {
    let preferences = PreferenceRows::new(api.table(), caller.scope).of(caller.user).await?;
    let version = preferences.version;
    Ok(Reply::ok(&NotificationPreferencesView::of(preferences, &caller.tenant))?.version(version))
}
