//! `POST /api/v1/notification-templates/{key}/versions/{version}/restore`: what held once holds again, as a new version.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two reads and one query beside
//! each other,
//! one transaction of text, version, audit entry and idempotency row; again for every race that is lost.

use axum::extract::State;
use messaging::texts::{KindOf, OWN_KINDS_MAX, TenantText, TextError, TextKey, TextRows};
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Envelope, Ids, Problem, Reply};

use crate::{
    NOTIFICATION_TEMPLATE_RESTORED, NotificationsWrite,
    templates::template_view::{NotificationTemplateView, VersionNumber},
};

/// Restore a version of a notification template
///
/// It is checked anew: a text of before may use what messages of its kind have no more.
#[utoipa::path(
    post, path = "/api/v1/notification-templates/{key}/versions/{version}/restore",
    responses(
        (status = 200, body = Envelope<NotificationTemplateView>),
        (status = 409, description = "CONFLICT, TEMPLATE_LIMIT: you have 100 kinds of your own"),
        (status = 422, description = "TEMPLATE_INVALID, TEMPLATE_NOT_REPLACEABLE: messages about security have the built-in text")
    )
)]
pub async fn restore_notification_template(
    State(api): State<Api>,
    caller: Caller<NotificationsWrite>,
    Edit { info, key: idempotency, if_match }: Edit,
    Ids(key, VersionNumber(number)): Ids<TextKey, VersionNumber>,
) -> Result<Reply, Problem> {
    let rows = TextRows::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let (before, version, all) = tokio::try_join!(rows.get(&key), rows.version(&key, number), rows.all())?;
        let (Some(before), Some(version)) = (before, version.filter(|version| !version.is_deleted())) else {
            return Err(Problem::not_found());
        };
        if_match.check(before.version)?;
        let is_one_more = key.is_own() && before.is_deleted();
        if is_one_more && all.iter().filter(|text| text.key.is_own()).count() >= OWN_KINDS_MAX {
            return Err(TextError::TooMany.into());
        }
        let after =
            TenantText { written_by: caller.user, written_at: api.now(), version: before.version + 1, ..version };
        after.check()?;
        let kind = KindOf::of(&key, Some(&after)).ok_or(TextError::NoKind)?;
        let mut transaction = Transaction::new();
        rows.save(&mut transaction, &after)?;
        let entry = caller.entry(&api, &info, NOTIFICATION_TEMPLATE_RESTORED).about(&key);
        entry.with("restored", number).with("version", after.version).insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&NotificationTemplateView::of(&kind))?.version(after.version);
        Ok(idempotency.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
