//! `DELETE /api/v1/notification-templates/{key}`: a kind goes back to what is built in; one of the tenant's own goes away.
//!
//! Its versions stay, and can be restored. Round trips: one rate-limit write beside one read of the caller's standing (none
//! when known), one read, one transaction of text, version, audit entry and idempotency row; again for every race that is lost.

use std::collections::BTreeMap;

use axum::extract::State;
use messaging::texts::{TenantText, TextKey, TextRows};
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Id, Problem, Reply};

use crate::{NOTIFICATION_TEMPLATE_DELETED, NotificationsWrite};

/// Delete a notification template
///
/// Your texts of it. Messages of a kind of your own that wait are not sent any more.
#[utoipa::path(
    delete, path = "/api/v1/notification-templates/{key}",
    responses((status = 204, description = "It is gone"), (status = 409, description = "CONFLICT"))
)]
pub async fn delete_notification_template(
    State(api): State<Api>,
    caller: Caller<NotificationsWrite>,
    Edit { info, key: idempotency, if_match }: Edit,
    Id(key): Id<TextKey>,
) -> Result<Reply, Problem> {
    let rows = TextRows::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let before = rows.get(&key).await?.filter(|text| !text.is_deleted()).ok_or_else(Problem::not_found)?;
        if_match.check(before.version)?;
        let after = TenantText {
            own: None,
            texts: BTreeMap::new(),
            written_by: caller.user,
            written_at: api.now(),
            version: before.version + 1,
            key: before.key,
        };
        let mut transaction = Transaction::new();
        rows.save(&mut transaction, &after)?;
        let entry = caller.entry(&api, &info, NOTIFICATION_TEMPLATE_DELETED).about(&after.key);
        entry.with("version", after.version).insert(&mut transaction, caller.scope)?;
        let committed = idempotency.try_commit(&api, transaction, Reply::done()).await?;
        Ok(committed.map_or(Race::Lost, Race::Settled))
    })
    .await;
    idempotency.settle(&api, outcome).await
}
