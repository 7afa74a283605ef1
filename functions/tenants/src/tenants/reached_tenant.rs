//! The tenant of a path, when the caller reaches it: their own, and for the platform's operator any.

use axum::extract::FromRequestParts;
use http::request::Parts;
use identity::Reach;
use kernel::TenantId;
use utoipa::openapi::path::Operation;
use web::{Api, Argument, Caller, Id, Needs, Place, Problem, Schemas};

/// A caller, and a tenant within their reach; any other is as absent as none, whatever the body says.
#[derive(Clone, Debug)]
pub(crate) struct ReachedTenant<P> {
    pub(crate) caller: Caller<P>,
    pub(crate) id: TenantId,
}

impl<P: Needs> Argument for ReachedTenant<P> {
    const LEAVES: Place = Caller::<P>::LEAVES;

    fn describe(operation: &mut Operation, path: &str) {
        Caller::<P>::describe(operation, path);
        Id::<TenantId>::describe(operation, path);
    }

    fn schemas(schemas: &mut Schemas) {
        Id::<TenantId>::schemas(schemas);
    }
}

impl<P: Needs> FromRequestParts<Api> for ReachedTenant<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let caller = Caller::<P>::from_request_parts(parts, api).await?;
        let Id(id) = Id::from_request_parts(parts, api).await?;
        if reaches(&caller, id) { Ok(Self { caller, id }) } else { Err(Problem::not_found()) }
    }
}

/// Whether a tenant is within a caller's reach: their own, and for the platform's operator any.
pub(crate) fn reaches<P: Needs>(caller: &Caller<P>, id: TenantId) -> bool {
    id == caller.tenant() || is_operator(caller)
}

/// The operator is a signed-in administrator of tenant zero: no key holds a permission of the platform, whoever made it.
fn is_operator<P: Needs>(caller: &Caller<P>) -> bool {
    caller.grants.reach("platform:tenants") == Some(Reach::Tenant)
}
