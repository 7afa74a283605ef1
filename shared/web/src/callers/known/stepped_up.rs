//! A caller who proved who they are a moment ago, as an argument.

use axum::extract::FromRequestParts;
use http::request::Parts;
use kernel::Timestamp;

use crate::{
    Api, Argument, Problem, RequestInfo,
    answers::problem::missing,
    arguments::Place,
    callers::known::{impersonated::is_themselves, recent::recently},
};

/// When the caller proved who they are, left in the request for [`SteppedUp`]; an API key never did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedInAt(pub(crate) Option<Timestamp>);

/// A caller who proved who they are within the last ten minutes. Comes after [`Caller`](crate::Caller), and before the idempotency key
/// where a stored answer must not be given to a caller who may not ask for it.
#[derive(Clone, Copy, Debug)]
pub struct SteppedUp;

impl Argument for SteppedUp {
    const NEEDS: Place = Place::CALLER;
    const BEFORE: Place = Place::REPLAY;
}

impl FromRequestParts<Api> for SteppedUp {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        is_themselves(RequestInfo::of(parts)?.impersonator())?;
        let SignedInAt(at) = *parts.extensions.get().ok_or_else(|| missing("Caller before SteppedUp"))?;
        recently(at, api.now()).map(|()| Self)
    }
}
