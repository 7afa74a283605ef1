//! `GET /api/v1/notification-templates/{key}/versions`: what the tenant had of a kind, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query; one read before that of a kind of
//! the tenant's own.

use axum::extract::State;
use messaging::texts::{TextKey, TextRows};
use web::{Api, Caller, Id, PageOf, Pager, Problem, Reply};

use crate::{NotificationsRead, templates::template_view::TemplateVersionView};

/// List the versions of a notification template
///
/// Each is what held since a change of yours; of a kind that you never changed there is none.
#[utoipa::path(
    get, path = "/api/v1/notification-templates/{key}/versions",
    responses((status = 200, body = PageOf<TemplateVersionView>))
)]
pub async fn list_notification_template_versions(
    State(api): State<Api>,
    caller: Caller<NotificationsRead>,
    pager: Pager,
    Id(key): Id<TextKey>,
) -> Result<Reply, Problem> {
    let rows = TextRows::new(api.table(), caller.scope);
    if key.built_in().is_none() && rows.get(&key).await?.is_none() {
        return Err(Problem::not_found());
    }
    let found = rows.versions(&key, &pager.request()).await?;
    let rows = found.items.into_iter().map(|version| version.0.into()).collect::<Vec<TemplateVersionView>>();
    Reply::page(rows, pager.info(&api, found.last)?)
}
