//! The settings of tenants, as this process read them a few seconds ago.

use std::sync::Arc;

use ai_budget::{AiRows, AiSettings};
use cloud::{Ctx, Fresh};
use kernel::TenantId;
use table::{TableError, TenantScope};

/// The settings of a tenant, at most 5 seconds old. One read, none where they are known.
pub(crate) async fn settings_of(ctx: &Ctx, scope: TenantScope) -> Result<Arc<AiSettings>, TableError> {
    let (known, now) = (ctx.kept::<Fresh<Arc<AiSettings>>>(), ctx.now());
    if let Some((_, settings)) = known.get(scope.tenant(), now) {
        return Ok(settings);
    }
    let settings = Arc::new(AiRows::new(ctx.table(), scope).settings().await?);
    known.put(scope.tenant(), now, Arc::clone(&settings));
    Ok(settings)
}

/// Forgets the settings of a tenant, after this environment itself changed them.
pub(crate) fn forget(ctx: &Ctx, tenant: TenantId) {
    ctx.kept::<Fresh<Arc<AiSettings>>>().forget(tenant);
}
