//! `POST /api/v1/tenants/{id}/export`: asks for an archive of all that a tenant has.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one read of the tenant beside one query of its exports, one transaction of export, event, audit entry and idempotency row.

use axum::extract::State;
use events::tenant::export::TenantExportContinued;
use kernel::TenantExportId;
use table::{TenantScope, Transaction};
use tenancy::{TenantExport, TenantExports, Tenants};
use web::{Api, Envelope, IdempotencyKey, Problem, Reply, RequestInfo, SteppedUp};

use crate::{
    TenantsExport,
    privacy::export_view::{LinkTo, TenantExportView},
    tenants::reached_tenant::ReachedTenant,
};

/// Create an export of a tenant
///
/// For an administrator of the tenant, and for the operator; both need a login of the last ten minutes. An archive (zip) is made of
/// all rows, one file of JSON lines for each kind, and of all documents; passwords and other secrets are left out. It takes from
/// seconds to an hour: read the export to see how far it is. Also while the tenant is suspended, and after it was cancelled.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/export",
    responses(
        (status = 202, body = Envelope<TenantExportView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "EXPORT_RUNNING, CONFLICT")
    )
)]
pub async fn create_tenant_export(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsExport>,
    _: SteppedUp,
    info: RequestInfo,
    key: IdempotencyKey,
) -> Result<Reply, Problem> {
    let (caller, id) = (&reached.caller, reached.id);
    caller.must_reach_all()?;
    let scope = TenantScope::new(id);
    let (tenants, exports) = (Tenants::new(api.table()), TenantExports::new(api.table(), scope));
    let (tenant, free) = tokio::try_join!(tenants.get(id), exports.none_runs(api.now()))?;
    tenant.ok_or_else(Problem::not_found)?;
    free?;
    let export = TenantExport::requested(TenantExportId::new(api.new_ulid()), id, caller.user, api.now());

    let mut transaction = Transaction::new();
    exports.save(&mut transaction, &export)?;
    let told = TenantExportContinued { export_id: export.id };
    api.insert_event(&mut transaction, id, &info, export.version, &told)?;
    let entry = caller.entry(&api, &info, crate::TENANT_EXPORTED).about(export.id);
    reached.record(&entry, &mut transaction)?;
    let reply = Reply::accepted(&TenantExportView::at(&api, &export, LinkTo::Nothing)?)?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

#[cfg(test)]
#[path = "create_tenant_export_tests.rs"]
mod tests;
