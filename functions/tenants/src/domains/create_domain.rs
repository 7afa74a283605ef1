//! `POST /api/v1/tenants/{id}/domains`: the tenant names a domain of its own, and is told how to prove it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one read and one query beside one read of the tenant, one transaction of domain, count, audit entry
//! and idempotency record; the last four again for every race that is lost.

use axum::extract::State;
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use tenancy::{CustomDomain, CustomDomains, DomainError, DomainName, MAX_DOMAINS, Tenants};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{TenantsWrite, domains::domain_view::DomainView, tenants::own_tenant::OwnTenant};

/// A domain.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateDomain {
    /// Which.
    pub domain: DomainName,
}

/// Create a domain
///
/// Answers with the TXT record to set at the domain's name server. Once it is there, verify the domain. Any number of tenants may
/// name a domain; the first one to prove it has it. A tenant has 10 at most.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/domains",
    responses(
        (status = 201, body = Envelope<DomainView>),
        (status = 409, description = "DOMAIN_EXISTS, TOO_MANY_DOMAINS, TENANT_STATUS, CONFLICT"),
        (status = 422, description = "DOMAIN_RESERVED: it is the platform's")
    )
)]
pub async fn create_domain(
    State(api): State<Api>,
    caller: Caller<TenantsWrite>,
    OwnTenant(id): OwnTenant,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(CreateDomain { domain }): Json<CreateDomain>,
) -> Result<Reply, Problem> {
    let (domains, tenants) = (CustomDomains::new(api.table(), caller.scope), Tenants::new(api.table()));
    until_settled(Problem::conflict, || async {
        let (seen, tenant) = tokio::try_join!(domains.to_name(), tenants.get(id))?;
        tenant.ok_or_else(Problem::not_found)?.must_not_be_over()?;
        may_be_named(&domain, &seen.all, &api.config().public_url)?;
        let named = CustomDomain::named(domain.clone(), api.random(), api.now());

        let mut transaction = Transaction::new();
        domains.insert(&mut transaction, (&seen, &named))?;
        let entry = caller.entry(&api, &info, crate::DOMAIN_CREATED).about(id).with("domain", &named.domain);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&DomainView::from(&named))?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}

fn may_be_named(domain: &DomainName, known: &[CustomDomain], public_url: &str) -> Result<(), DomainError> {
    let own = public_url.split("://").nth(1).unwrap_or_default();
    let own = own.split([':', '/']).next().unwrap_or_default();
    if !own.is_empty() && domain.is_within(own) {
        return Err(DomainError::Reserved);
    }
    if known.iter().any(|one| one.domain == *domain) {
        return Err(DomainError::Exists);
    }
    if known.len() >= MAX_DOMAINS { Err(DomainError::TooMany) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_own_domain_is_no_tenants() {
        let domain = |text: &str| text.parse::<DomainName>().unwrap();
        for own in ["api.ruko.id", "toko.api.ruko.id"] {
            let refused = may_be_named(&domain(own), &[], "https://api.ruko.id:8443/base");
            assert_eq!(refused, Err(DomainError::Reserved), "{own}");
        }
        for other in ["ruko.id", "notapi.ruko.id", "toko.id"] {
            assert_eq!(may_be_named(&domain(other), &[], "https://api.ruko.id"), Ok(()), "{other}");
            assert_eq!(may_be_named(&domain(other), &[], ""), Ok(()), "an API that does not know its own address");
        }
    }
}
