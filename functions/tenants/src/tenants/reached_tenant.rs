//! The tenant of a path, when the caller reaches it: their own, and for the platform's operator any.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use identity::Reach;
use kernel::TenantId;
use web::{Api, Caller, Needs, Problem};

/// A caller, and a tenant within their reach; any other is as absent as none, whatever the body says.
#[derive(Clone, Debug)]
pub(crate) struct ReachedTenant<P> {
    pub(crate) caller: Caller<P>,
    pub(crate) id: TenantId,
}

impl<P: Needs> FromRequestParts<Api> for ReachedTenant<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let caller = Caller::<P>::from_request_parts(parts, api).await?;
        let Path(id) = Path::<String>::from_request_parts(parts, api).await.map_err(|_| Problem::not_found())?;
        let id = id.parse().ok().filter(|id| *id == caller.tenant() || is_operator(&caller));
        id.map(|id| Self { caller, id }).ok_or_else(Problem::not_found)
    }
}

/// The operator is a signed-in administrator of tenant zero: no key holds a permission of the platform, whoever made it.
fn is_operator<P: Needs>(caller: &Caller<P>) -> bool {
    caller.grants.reach("platform:tenants") == Some(Reach::Tenant)
}
