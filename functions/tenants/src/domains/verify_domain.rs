//! `POST /api/v1/tenants/{id}/domains/{domain}/verify`: the tenant proves that a domain is its own.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two reads, one call of a
//! resolver, one transaction of domain, claim, agenda, tenant, audit entry and event.

use axum::extract::State;
use events::tenant::TenantDomainVerified;
use table::{TableError, TransactError, Transaction};
use tenancy::{CustomDomain, CustomDomains, DomainError, DomainStatus, Tenants, challenge_records};
use web::{Api, Caller, Envelope, Problem, Reply, RequestInfo};

use crate::{
    TenantsWrite,
    domains::{domain_view::DomainView, own_domain::OwnDomain},
};

/// Verify a domain
///
/// Looks for the TXT record of the domain. From then on web pages of the domain may call the API for the tenant, and so
/// may be named for links. The record is looked at daily: stays it away for three days, the domain is the tenant's no more.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/domains/{domain}/verify",
    responses(
        (status = 200, body = Envelope<DomainView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "DOMAIN_NOT_PROVEN, DOMAIN_TAKEN, TENANT_STATUS, CONFLICT"),
        (status = 503, description = "UNAVAILABLE: the resolver does not answer")
    )
)]
pub async fn verify_domain(
    State(api): State<Api>,
    caller: Caller<TenantsWrite>,
    OwnDomain(id, domain): OwnDomain,
    info: RequestInfo,
) -> Result<Reply, Problem> {
    // Links in mails may begin with it, and pages of it may call the API: no key and no old session decides that.
    caller.signed_in_recently(&api)?;
    let (domains, tenants) = (CustomDomains::new(api.table(), caller.scope), Tenants::new(api.table()));
    let (custom, tenant) = tokio::try_join!(domains.get(&domain), tenants.get(id))?;
    let (custom, tenant) = custom.zip(tenant).ok_or_else(Problem::not_found)?;
    tenant.must_not_be_over()?;
    if custom.status == DomainStatus::Verified {
        return Reply::ok(&DomainView::from(&custom));
    }
    prove(&api, &custom).await?;

    let (custom, next) = custom.verified(api.now());
    let tenant = tenant.with_domain(domain.clone());
    let mut transaction = Transaction::new();
    domains.save(&mut transaction, &custom)?;
    let taken = domains.claim(&mut transaction, &domain, next)?;
    Tenants::save(&mut transaction, &tenant)?;
    let entry = caller.entry(&api, &info, crate::DOMAIN_VERIFIED).about(id).with("domain", &domain);
    entry.insert(&mut transaction, caller.scope)?;
    let told = TenantDomainVerified { tenant_id: id, domain: domain.into() };
    api.insert_event(&mut transaction, id, &info, tenant.version, &told)?;
    match api.table().transact(transaction).await {
        Ok(()) => {
            api.forget_standings(id);
            Reply::ok(&DomainView::from(&custom))
        }
        Err(TransactError::Cancelled(cancelled)) if taken.is_cause(&cancelled) => Err(DomainError::Taken.into()),
        Err(TransactError::Cancelled(_)) => Err(Problem::conflict()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// Whether the record is there. One call.
async fn prove(api: &Api, custom: &CustomDomain) -> Result<(), Problem> {
    let resolver = api.config().providers.dns.as_deref();
    let records = challenge_records(&api.ports().http.client(), resolver, &custom.domain).await;
    let records = records.map_err(|error| {
        tracing::warn!(%error, "a domain cannot be verified");
        Problem::from(TableError::Unavailable("the resolver of domains does not answer".to_owned()))
    })?;
    if custom.is_proven_by(&records) { Ok(()) } else { Err(DomainError::NotProven.into()) }
}
