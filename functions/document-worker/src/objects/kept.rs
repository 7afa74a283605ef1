//! Keeps a printed document, and counts it among the tenant's files.

use cloud::{Ctx, EventError};
use events::Cause;
use kernel::{EventId, RequestId, TenantId};
use table::TenantScope;
use tenancy::limits::{KeptFiles, LimitCause};

/// Stores a PDF under its path, and counts it: twice is as once. One object and one read; two reads and one transaction more
/// when it is counted for the first time.
pub(crate) async fn keep(ctx: &Ctx, tenant: TenantId, path: &str, pdf: Vec<u8>) -> Result<(), EventError> {
    let bytes = u64::try_from(pdf.len()).unwrap_or(u64::MAX);
    ctx.put_object(path, "application/pdf", pdf).await?;
    let cause = Cause::from(RequestId::new(ctx.new_ulid()));
    let cause = LimitCause { event: EventId::new(ctx.new_ulid()), cause };
    KeptFiles::new(ctx.table(), TenantScope::new(tenant)).count(path, bytes, ctx.now(), cause).await?;
    Ok(())
}
