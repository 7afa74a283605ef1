//! `GET /api/v1/tenants/{id}/domains`: the tenant's own domains.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use tenancy::CustomDomains;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{TenantsRead, domains::domain_view::DomainView, tenants::own_tenant::OwnTenant};

/// List the domains
///
/// All of one's own tenant, proven or not, in the order of their names.
#[utoipa::path(
    get, path = "/api/v1/tenants/{id}/domains",
    responses((status = 200, body = PageOf<DomainView>))
)]
pub async fn list_domains(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    OwnTenant(_): OwnTenant,
    pager: Pager,
) -> Result<Reply, Problem> {
    let domains = CustomDomains::new(api.table(), caller.scope).list().await?;
    pager.cut(&api, domains.iter().map(DomainView::from).collect(), |view| view.domain.to_string())
}
