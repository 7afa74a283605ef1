//! `GET /api/v1/notifications/{id}`: a message and what became of it on each channel.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the notification,
//! one of its deliveries beside one of the reports about them.

use axum::extract::State;
use kernel::NotificationId;
use messaging::{ChannelHistory, Notifications};
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{NotificationsRead, sent::sent_view::SentNotificationView};

/// Get a sent notification
///
/// For 30 days after what it tells of. What it says is its reader's alone.
#[utoipa::path(
    get, path = "/api/v1/notifications/{id}", responses((status = 200, body = Envelope<SentNotificationView>))
)]
pub async fn get_notification(
    State(api): State<Api>,
    caller: Caller<NotificationsRead>,
    Id(id): Id<NotificationId>,
) -> Result<Reply, Problem> {
    let found = Notifications::new(api.table(), caller.scope).get(id).await?;
    let found = found.filter(|found| api.now() < found.expires_at).ok_or_else(Problem::not_found)?;
    let all = [found];
    let history = ChannelHistory::of(api.table(), caller.scope, &all).await?;
    let [found] = all;
    Reply::ok(&SentNotificationView::of(&found, history.first().map_or(&[], Vec::as_slice)))
}
