//! `GET /api/v1/notification-templates`: all kinds of messages, with their texts.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use messaging::{
    catalogue::ALL,
    texts::{KindOf, TenantText, TextKey, TextRows},
};
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{NotificationsRead, templates::template_view::NotificationTemplateView};

/// List the notification templates
///
/// The built-in kinds in the order of their keys, then your own. Texts that you gave take the place of built-in ones.
#[utoipa::path(
    get, path = "/api/v1/notification-templates",
    responses((status = 200, body = PageOf<NotificationTemplateView>))
)]
pub async fn list_notification_templates(
    State(api): State<Api>,
    caller: Caller<NotificationsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let texts = TextRows::new(api.table(), caller.scope).all().await?;
    let of = |key: &TextKey| texts.iter().find(|text| text.key == *key);
    let built_in = ALL.iter().filter_map(|kind| kind.key.parse().ok());
    let own = texts.iter().filter(|text| text.key.is_own()).map(|text: &TenantText| text.key.clone());
    let kinds = built_in.chain(own).filter_map(|key| KindOf::of(&key, of(&key)));
    let views = kinds.map(|kind| NotificationTemplateView::of(&kind)).collect();
    pager.cut(&api, views, |view| view.key.to_string())
}
