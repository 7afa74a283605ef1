//! The tenant of a path, when it is the caller's own.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use kernel::TenantId;
use web::{Api, Principal, Problem};

/// The path's tenant; any but the caller's own is as absent as none, whatever the body says. Comes after the caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnTenant(pub(crate) TenantId);

impl FromRequestParts<Api> for OwnTenant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Path(id) = Path::<String>::from_request_parts(parts, api).await.map_err(|_| Problem::not_found())?;
        let own = parts.extensions.get::<Principal>().map(|principal| principal.scope.tenant());
        id.parse().ok().filter(|id| own == Some(*id)).map(Self).ok_or_else(Problem::not_found)
    }
}
