//! Deletes what is no row of a list: objects, the secrets of providers, and what is on the agenda.

use std::collections::BTreeSet;

use cloud::Ctx;
use table::{DUE_SHARDS, Key, Query, TenantScope, pages};
use tenancy::TenantErasure;

use crate::{
    PrivacyError,
    erase::{OPERATOR, Turn, delete_rows::delete_all},
    gather::key_of,
};

/// After how many objects a turn ends.
const OBJECTS: usize = 2_000;

/// Deletes some objects more; behind the last one the rest.
pub(crate) async fn delete_rest(ctx: &Ctx, erasure: &TenantErasure) -> Result<Turn, PrivacyError> {
    let tenant = erasure.tenant;
    let mut paths = Vec::new();
    for folder in ["exports", "quarantine", "tenants"] {
        paths.extend(ctx.list_objects(&format!("{folder}/{tenant}")).await?);
    }
    for path in paths.iter().take(OBJECTS) {
        ctx.delete_object(path).await?;
    }
    if let Some(last) = paths.get(OBJECTS - 1).filter(|_| paths.len() > OBJECTS) {
        return Ok(Turn::Handled(last.clone()));
    }
    ctx.delete_tenant_secrets(tenant).await?;
    let deleted = delete_all(ctx, on_agenda(ctx, TenantScope::new(tenant)).await?).await?;
    Ok(Turn::Done(deleted))
}

/// What the tenant has on the agenda. One query for each megabyte of the agenda of all tenants, which holds keys only.
async fn on_agenda(ctx: &Ctx, scope: TenantScope) -> Result<BTreeSet<Key>, PrivacyError> {
    let mut keys = BTreeSet::new();
    for shard in 0..DUE_SHARDS {
        let mut walk = pages::Walk::new(ctx.table(), Query::gsi2(OPERATOR.due_partition(shard)));
        while let Some(rows) = walk.next().await? {
            for row in rows.iter().filter(|row| TenantScope::of_row(row) == Some(scope)) {
                keys.insert(key_of(row)?);
            }
        }
    }
    Ok(keys)
}
