//! What comes with a change of a thing that has a version.

use axum::extract::FromRequestParts;
use http::request::Parts;
use utoipa::openapi::path::Operation;

use crate::{Api, Argument, IfMatch, Optional, RequestInfo, arguments::Place, requests::early::Early};

/// The request, its idempotency key if it has one, and the version that its caller read; with `Edit<IdempotencyKey>` it must
/// have one. Comes after the caller.
#[derive(Clone, Debug)]
pub struct Edit<K = Optional> {
    /// The request.
    pub info: RequestInfo,
    /// Its idempotency key.
    pub key: K,
    /// The version that was read.
    pub if_match: IfMatch,
}

impl<K: FromRequestParts<Api, Rejection = Early> + Send> FromRequestParts<Api> for Edit<K> {
    type Rejection = Early;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Early> {
        let info = RequestInfo::from_request_parts(parts, api).await?;
        let key = K::from_request_parts(parts, api).await?;
        let if_match = IfMatch::from_request_parts(parts, api).await?;
        Ok(Self { info, key, if_match })
    }
}

impl<K: Argument> Argument for Edit<K> {
    const NEEDS: Place = K::NEEDS;
    const LEAVES: Place = K::LEAVES;

    fn describe(operation: &mut Operation, path: &str) {
        K::describe(operation, path);
        IfMatch::describe(operation, path);
    }
}
