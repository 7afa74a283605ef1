//! Somebody who may be signed in or not.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{Api, Argument, Problem, SignedIn};

/// Somebody who may be signed in or not, on a route that needs no session and does more for one. A credential that is
/// shown must count: one that does not is refused, and not taken for none.
#[derive(Clone, Debug)]
pub struct PerhapsSignedIn(pub Option<SignedIn>);

impl Argument for PerhapsSignedIn {}

impl FromRequestParts<Api> for PerhapsSignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if parts.headers.contains_key(http::header::AUTHORIZATION) {
            SignedIn::from_request_parts(parts, api).await.map(Some).map(Self)
        } else {
            Ok(Self(None))
        }
    }
}
