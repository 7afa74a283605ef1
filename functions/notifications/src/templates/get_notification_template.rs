//! `GET /api/v1/notification-templates/{key}`: a kind of message, with its texts.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use messaging::texts::{KindOf, TextKey, TextRows};
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{NotificationsRead, templates::template_view::NotificationTemplateView};

/// Get a notification template
///
/// The `ETag` is the version of what you changed, 0 where you never did.
#[utoipa::path(
    get, path = "/api/v1/notification-templates/{key}",
    responses((status = 200, body = Envelope<NotificationTemplateView>))
)]
pub async fn get_notification_template(
    State(api): State<Api>,
    caller: Caller<NotificationsRead>,
    Id(key): Id<TextKey>,
) -> Result<Reply, Problem> {
    let text = TextRows::new(api.table(), caller.scope).get(&key).await?;
    let kind = KindOf::of(&key, text.as_ref()).ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&NotificationTemplateView::of(&kind))?.version(text.map_or(0, |text| text.version)))
}
