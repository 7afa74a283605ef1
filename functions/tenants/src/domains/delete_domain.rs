//! `DELETE /api/v1/tenants/{id}/domains/{domain}`: the tenant uses a domain no more.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two reads, one transaction of
//! domain and audit entry, and for a proven one of claim, agenda, tenant and event.

use axum::extract::State;
use events::tenant::{DomainLoss, TenantDomainLost};
use table::{
    TransactError, Transaction,
    agenda::{self, DueKind},
};
use tenancy::{CustomDomains, DomainStatus, Tenants};
use web::{Api, Caller, Problem, Reply, RequestInfo};

use crate::{TenantsWrite, domains::own_domain::OwnDomain};

/// Delete a domain
///
/// Its pages may call no more unless their origin is listed in the security settings, and links lead to the platform's address
/// again.
#[utoipa::path(
    delete, path = "/api/v1/tenants/{id}/domains/{domain}",
    responses((status = 204), (status = 409, description = "TENANT_STATUS, CONFLICT"))
)]
pub async fn delete_domain(
    State(api): State<Api>,
    caller: Caller<TenantsWrite>,
    OwnDomain(id, domain): OwnDomain,
    info: RequestInfo,
) -> Result<Reply, Problem> {
    let (domains, tenants) = (CustomDomains::new(api.table(), caller.scope), Tenants::new(api.table()));
    let (custom, tenant) = tokio::try_join!(domains.get(&domain), tenants.get(id))?;
    let (custom, tenant) = custom.zip(tenant).ok_or_else(Problem::not_found)?;
    tenant.must_not_be_over()?;

    let mut transaction = Transaction::new();
    domains.delete(&mut transaction, &custom);
    let entry = caller.entry(&api, &info, crate::DOMAIN_DELETED).about(id).with("domain", &domain);
    entry.insert(&mut transaction, caller.scope)?;
    if custom.status == DomainStatus::Verified {
        let tenant = tenant.without_domain(&domain);
        domains.release(&mut transaction, &domain);
        agenda::clear(&mut transaction, caller.scope, DueKind::DomainCheck, &domain);
        Tenants::save(&mut transaction, &tenant)?;
        let told = TenantDomainLost { tenant_id: id, domain: domain.into(), reason: DomainLoss::Removed };
        api.insert_event(&mut transaction, id, &info, tenant.version, &told)?;
    }
    match api.table().transact(transaction).await {
        Ok(()) => {
            api.forget_standings(id);
            Ok(Reply::done())
        }
        Err(TransactError::Cancelled(_)) => Err(Problem::conflict()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
