//! The settings of tenants, as this process read them a few seconds ago.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use ai_budget::{AiRows, AiSettings};
use cloud::Ctx;
use kernel::{TenantId, Timestamp};
use table::{TableError, TenantScope};

/// How long a change may take to be felt by an environment that knows better: as little as a call of a model takes.
const KEPT_MILLIS: i64 = 5_000;
/// When it holds more it starts anew: bounded memory.
const MOST: usize = 1_000;

/// The settings by tenant, with the instant at which they were read.
#[derive(Debug, Default)]
struct Known(Mutex<BTreeMap<TenantId, (Timestamp, Arc<AiSettings>)>>);

/// The settings of a tenant, at most 5 seconds old. One read, none where they are known.
pub(crate) async fn settings_of(ctx: &Ctx, scope: TenantScope) -> Result<Arc<AiSettings>, TableError> {
    let (known, now) = (ctx.kept::<Known>(), ctx.now());
    let fresh = |read_at: Timestamp| (0..KEPT_MILLIS).contains(&(now.as_millis() - read_at.as_millis()));
    let seen = known.0.lock().unwrap_or_else(PoisonError::into_inner).get(&scope.tenant()).cloned();
    if let Some((_, settings)) = seen.filter(|(read_at, _)| fresh(*read_at)) {
        return Ok(settings);
    }
    let settings = Arc::new(AiRows::new(ctx.table(), scope).settings().await?);
    let mut all = known.0.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MOST {
        all.clear();
    }
    all.insert(scope.tenant(), (now, Arc::clone(&settings)));
    Ok(settings)
}

/// Forgets the settings of a tenant, after this environment itself changed them.
pub(crate) fn forget(ctx: &Ctx, tenant: TenantId) {
    ctx.kept::<Known>().0.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
}
