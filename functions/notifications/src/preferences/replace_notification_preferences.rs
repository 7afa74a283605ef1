//! `PUT /api/v1/notification-preferences`: the signed-in user chooses what to be told, where and when.
//!
//! It holds for what happens from now on; what waits already is decided anew when its time comes. Round trips: one rate-limit
//! write beside one read of the caller's standing (none when known), one read of what there is and of the user, one transaction
//! of the choice and the idempotency row; again for every race that is lost.

use axum::extract::State;
use kernel::{Timestamp, Zone};
use messaging::preferences::{DigestRhythm, NotificationPreferences, PreferenceRows, QuietHours, Switch};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Edit, Envelope, Json, Problem, Reply, SignedIn};

use crate::preferences::preferences_view::NotificationPreferencesView;

/// What one wants to be told, where and when.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "switches": [{ "about": "news", "channel": "email", "on": false }],
    "quietHours": { "from": "22:00", "to": "07:00" }, "digest": { "every": "day", "at": "08:00" }, "zone": "Asia/Jakarta"
}))]
pub struct ReplaceNotificationPreferences {
    /// What comes over which channel, up to 200; what is not listed comes. One about a kind counts more than one about its
    /// group.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub switches: Vec<Switch>,
    /// The hours in which mail, chat and SMS wait.
    pub quiet_hours: Option<QuietHours>,
    /// How often messages of medium and low priority come together in one mail.
    pub digest: Option<DigestRhythm>,
    /// Until when nothing but security disturbs; messages are in the list all the same.
    pub muted_until: Option<Timestamp>,
    /// Where the hours are; the zone of your profile unless told, or else the organisation's.
    pub zone: Option<Zone>,
}

/// Replace your notification preferences
///
/// All of them: what is left out goes back to its default. Messages about security are always sent, and at once.
#[utoipa::path(
    put, path = "/api/v1/notification-preferences",
    responses(
        (status = 200, body = Envelope<NotificationPreferencesView>),
        (status = 409, description = "CONFLICT"),
        (status = 422, description = "NOTIFICATION_ALWAYS_SENT, NOTIFICATION_PREFERENCES_INVALID")
    )
)]
pub async fn replace_notification_preferences(
    State(api): State<Api>,
    caller: SignedIn,
    Edit { info: _, key, if_match }: Edit,
    Json(body): Json<ReplaceNotificationPreferences>,
) -> Result<Reply, Problem> {
    let rows = PreferenceRows::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let (before, user) = tokio::join!(rows.of(caller.user), caller.user_now(&api));
        let (before, user) = (before?, user?);
        if_match.check(before.version)?;
        let ReplaceNotificationPreferences { switches, quiet_hours, digest, muted_until, zone } = body.clone();
        let zone = zone.or(user.preferences.timezone);
        let version = before.version + 1;
        let after = NotificationPreferences { switches, quiet_hours, digest, muted_until, zone, version };
        after.check()?;
        let mut transaction = Transaction::new();
        rows.save(&mut transaction, caller.user, &after)?;
        let reply = Reply::ok(&NotificationPreferencesView::of(after, &caller.tenant))?.version(version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
