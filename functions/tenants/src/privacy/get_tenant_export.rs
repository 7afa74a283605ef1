//! `GET /api/v1/tenants/{id}/exports/{exportId}`: how far an export is, and a link to its archive.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::{TenantExportId, TenantId};
use table::TenantScope;
use tenancy::TenantExports;
use web::{Api, Caller, Envelope, Ids, Problem, Reply};

use crate::{
    TenantsExport,
    privacy::export_view::{LinkTo, TenantExportView},
};

/// Get an export of a tenant
///
/// Once it is ready, `downloadUrl` works without a token until `expiresAt`: give it to nobody else. It is shown only to whoever
/// signed in lately.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/exports/{exportId}", responses((status = 200, body = Envelope<TenantExportView>))
)]
pub async fn get_tenant_export(
    State(api): State<Api>,
    caller: Caller<TenantsExport>,
    Ids(id, export): Ids<TenantId, TenantExportId>,
) -> Result<Reply, Problem> {
    if !caller.reaches(id) {
        return Err(Problem::not_found());
    }
    caller.must_reach_all()?;
    let found = TenantExports::new(api.table(), TenantScope::new(id)).get(export).await?;
    let link = caller.signed_in_recently(&api).map_or(LinkTo::Nothing, |()| LinkTo::Archive);
    Reply::ok(&TenantExportView::at(&api, &found.ok_or_else(Problem::not_found)?, link)?)
}
