//! `user.erased`: the files of a customer go with the person, at once. What a member sent is the organisation's, and stays.
//!
//! Round trips: one query, for each file those of [`purge`], one write.

use cloud::Ctx;
use events::{Told, user::UserErased};
use files::StoredFiles;
use table::TenantScope;

use crate::{FileWorkError, purge::purge};

/// Takes their files away.
pub(crate) async fn forget_owner(ctx: Ctx, told: Told<UserErased>) -> Result<(), FileWorkError> {
    let Told { event, data } = told;
    let scope = TenantScope::new(event.tenant_id);
    let stored = StoredFiles::new(ctx.table(), scope);
    for id in stored.ids_of(data.user_id).await? {
        purge(&ctx, scope, id).await?;
    }
    Ok(stored.forget_count(data.user_id).await?)
}
