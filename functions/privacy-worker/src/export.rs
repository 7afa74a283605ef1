//! `tenant_export.continued`: one turn of an export.
//!
//! A turn reads on where the last one stopped, or packs what was read. It ends in one transaction of the export and the event of
//! the next turn, or that the archive is ready, so that a death anywhere, or the event coming twice, repeats the turn and changes nothing else: what it wrote
//! to the store of objects has a name of its own, and goes with the folder's other objects a day or two later. Round trips: one
//! read of the export, one of its tenant, the turn's own, one transaction of two writes.

use cloud::Ctx;
use events::{Told, tenant::export::TenantExportContinued};
use jiff::ToSpan;
use kernel::{RequestId, Timestamp, Zone};
use table::{TenantScope, TransactError, Transaction};
use tenancy::{ExportState, Span, TenantExport, TenantExports, Tenants};

use crate::{PrivacyError, pack::pack, read::read};

/// Does the turn that the event speaks of, unless it is done.
pub(crate) async fn continue_export(
    ctx: Ctx,
    Told { event, data }: Told<TenantExportContinued>,
) -> Result<(), PrivacyError> {
    let scope = TenantScope::new(event.tenant_id);
    let (exports, tenants) = (TenantExports::new(ctx.table(), scope), Tenants::new(ctx.table()));
    let (export, tenant) = tokio::try_join!(exports.get(data.export_id), tenants.get(event.tenant_id))?;
    let (Some(export), Some(tenant)) = (export, tenant) else {
        tracing::warn!(export.id = %data.export_id, "there is no such export or tenant any more");
        return Ok(());
    };
    if export.version != event.subject_version {
        return Ok(());
    }
    let turned = match export.state {
        ExportState::Reading => read(&ctx, export, span(&ctx, tenant.created_at)).await?,
        ExportState::Packing => pack(&ctx, export).await?,
        ExportState::Ready { .. } => return Ok(()),
    };
    save(&ctx, exports, &turned, event.request_id).await
}

async fn save(
    ctx: &Ctx,
    exports: TenantExports<'_>,
    turned: &TenantExport,
    cause: RequestId,
) -> Result<(), PrivacyError> {
    let mut transaction = Transaction::new();
    exports.save(&mut transaction, turned)?;
    if let Some(told) = turned.told_ready() {
        ctx.insert_event(&mut transaction, turned.tenant, cause, turned.version, &told)?;
    } else {
        let told = TenantExportContinued { export_id: turned.id };
        ctx.insert_event(&mut transaction, turned.tenant, cause, turned.version, &told)?;
    }
    match ctx.table().transact(transaction).await {
        // The turn was done by somebody else meanwhile.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// From the day before the sign-up to the day after now: in whatever zone rows name their days.
pub(crate) fn span(ctx: &Ctx, signed_up_at: Timestamp) -> Span {
    let (first, last) = (signed_up_at.date_in(&Zone::utc()), ctx.now().date_in(&Zone::utc()));
    Span { first: first.saturating_sub(1.day()), last: last.saturating_add(1.day()) }
}
