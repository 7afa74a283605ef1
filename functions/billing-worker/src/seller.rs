//! Who asks for the money, and how it bills, as of a minute ago at most.

use std::sync::Arc;

use billing::BillingRules;
use cloud::Ctx;
use kernel::TenantId;
use table::{TableError, TenantScope};
use tenancy::{Tenant, Tenants};

use crate::memory::Memory;

/// The tenant, at most a minute old.
pub(crate) async fn tenant(ctx: &Ctx, memory: &Memory, id: TenantId) -> Result<Arc<Tenant>, TableError> {
    if let Some(known) = memory.known_tenant(id, ctx.now()) {
        return Ok(known);
    }
    let read = Tenants::new(ctx.table()).get(id).await?;
    let read = Arc::new(read.ok_or_else(|| TableError::Corrupt(format!("no tenant {id}")))?);
    memory.remember_tenant(&read, ctx.now());
    Ok(read)
}

/// How the tenant bills, at most a minute old.
pub(crate) async fn rules(ctx: &Ctx, memory: &Memory, id: TenantId) -> Result<Arc<BillingRules>, TableError> {
    if let Some(known) = memory.known_rules(id, ctx.now()) {
        return Ok(known);
    }
    let read = Arc::new(BillingRules::read(ctx.table(), TenantScope::new(id)).await?);
    memory.remember_rules(id, &read, ctx.now());
    Ok(read)
}
