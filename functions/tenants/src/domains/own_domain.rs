//! The domain of a path, when its tenant is the caller's own.

use axum::extract::FromRequestParts;
use http::request::Parts;
use kernel::TenantId;
use tenancy::DomainName;
use utoipa::openapi::path::Operation;
use web::{Api, Argument, Ids, Place, Principal, Problem, Schemas};

/// The path's tenant and domain; below any tenant but the caller's own there is nothing. Comes after the caller.
#[derive(Clone, Debug)]
pub(crate) struct OwnDomain(pub(crate) TenantId, pub(crate) DomainName);

impl Argument for OwnDomain {
    const NEEDS: Place = Place::PRINCIPAL;

    fn describe(operation: &mut Operation, path: &str) {
        Ids::<TenantId, DomainName>::describe(operation, path);
    }

    fn schemas(schemas: &mut Schemas) {
        Ids::<TenantId, DomainName>::schemas(schemas);
    }
}

impl FromRequestParts<Api> for OwnDomain {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Ids(id, domain) = Ids::<TenantId, DomainName>::from_request_parts(parts, api).await?;
        let own = parts.extensions.get::<Principal>().map(|principal| principal.scope.tenant());
        if own == Some(id) { Ok(Self(id, domain)) } else { Err(Problem::not_found()) }
    }
}
