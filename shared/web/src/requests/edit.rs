//! What comes with a change of a thing that has a version.

use axum::extract::FromRequestParts;
use http::request::Parts;
use utoipa::openapi::path::Operation;

use crate::{Api, Argument, IfMatch, Optional, RequestInfo, arguments::Place, requests::early::Early};

/// The request, its idempotency key if it has one, and the version that its caller read. Comes after the caller.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The request.
    pub info: RequestInfo,
    /// Its idempotency key.
    pub key: Optional,
    /// The version that was read.
    pub if_match: IfMatch,
}

impl FromRequestParts<Api> for Edit {
    type Rejection = Early;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Early> {
        let info = RequestInfo::from_request_parts(parts, api).await?;
        let key = Optional::from_request_parts(parts, api).await?;
        let if_match = IfMatch::from_request_parts(parts, api).await?;
        Ok(Self { info, key, if_match })
    }
}

impl Argument for Edit {
    const NEEDS: Place = Optional::NEEDS;
    const LEAVES: Place = Optional::LEAVES;

    fn describe(operation: &mut Operation, path: &str) {
        Optional::describe(operation, path);
        IfMatch::describe(operation, path);
    }
}
