//! `POST /api/v1/tenants/{id}/export`: asks for an archive of all that a tenant has.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one read of the tenant beside two of its last export, one transaction of export, which was last, two events, audit entry and
//! idempotency row; the last two again for each lost race.

use axum::extract::State;
use events::tenant::export::TenantExportContinued;
use kernel::TenantExportId;
use table::{Race, TenantScope, Transaction, until_settled};
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
/// seconds to an hour: read the export to see how far it is. The tenant's owner is told by mail now and when it is ready. One is made
/// at a time. Also while the tenant is suspended, and after it was cancelled.
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
    reached.caller.must_reach_all()?;
    let outcome = create(&api, &reached, &info, &key).await;
    key.settle(&api, outcome).await
}

async fn create(
    api: &Api,
    reached: &ReachedTenant<TenantsExport>,
    info: &RequestInfo,
    key: &IdempotencyKey,
) -> Result<Reply, Problem> {
    let (caller, id) = (&reached.caller, reached.id);
    let (tenants, exports) = (Tenants::new(api.table()), TenantExports::new(api.table(), TenantScope::new(id)));
    until_settled(Problem::conflict, || async {
        let (tenant, room) = tokio::try_join!(tenants.get(id), exports.room(api.now()))?;
        tenant.ok_or_else(Problem::not_found)?;
        let room = room?;
        let export = TenantExport::requested(TenantExportId::new(api.new_ulid()), id, caller.user, api.now());

        let mut transaction = Transaction::new();
        exports.insert(&mut transaction, room, &export)?;
        api.insert_event(&mut transaction, id, info, export.version, &export.told_requested())?;
        let told = TenantExportContinued { export_id: export.id };
        api.insert_event(&mut transaction, id, info, export.version, &told)?;
        let entry = caller.entry(api, info, crate::TENANT_EXPORTED).about(export.id);
        reached.record(&entry, &mut transaction)?;
        let reply = Reply::accepted(&TenantExportView::at(api, &export, LinkTo::Nothing)?)?;
        Ok(key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}

#[cfg(test)]
#[path = "create_tenant_export_tests.rs"]
mod tests;
