//! `GET /api/v1/tenants/{id}/billing`: what the tenant itself has of the platform.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the tenant beside
//! one query and one batch read of its subscription.

use axum::extract::State;
use web::{Api, Envelope, Problem, Reply};

use crate::{
    TenantsRead,
    own_plan::tenant_billing_view::TenantBillingView,
    tenants::{own_subscription::tenant_and_own, reached_tenant::ReachedTenant},
};

/// Get a tenant's own plan
///
/// The plan that the tenant itself pays the platform for. What its invoices are headed with is in the
/// billing settings (`GET /billing/settings`). 404 for a tenant that the platform does not bill.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/billing", responses((status = 200, body = Envelope<TenantBillingView>)))]
pub async fn get_tenant_billing(
    State(api): State<Api>,
    ReachedTenant { id, .. }: ReachedTenant<TenantsRead>,
) -> Result<Reply, Problem> {
    let (_, own) = tenant_and_own(&api, id).await?;
    let own = own.found.ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&TenantBillingView::from(&own))?.version(own.version))
}
