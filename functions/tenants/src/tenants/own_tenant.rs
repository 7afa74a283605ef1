//! The tenant of a path, when it is the caller's own.

use axum::extract::FromRequestParts;
use http::request::Parts;
use kernel::TenantId;
use utoipa::openapi::path::Operation;
use web::{Api, Argument, Id, Place, Principal, Problem, Schemas};

/// The path's tenant; any but the caller's own is as absent as none, whatever the body says. Comes after the caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnTenant(pub(crate) TenantId);

impl Argument for OwnTenant {
    const NEEDS: Place = Place::PRINCIPAL;

    fn describe(operation: &mut Operation, path: &str) {
        Id::<TenantId>::describe(operation, path);
    }

    fn schemas(schemas: &mut Schemas) {
        Id::<TenantId>::schemas(schemas);
    }
}

impl FromRequestParts<Api> for OwnTenant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Id(id) = Id::<TenantId>::from_request_parts(parts, api).await?;
        let own = parts.extensions.get::<Principal>().map(|principal| principal.scope.tenant());
        if own == Some(id) { Ok(Self(id)) } else { Err(Problem::not_found()) }
    }
}
