//! The customer that a list is asked for.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use kernel::CustomerId;
use serde::Deserialize;

use crate::{Api, Problem};

/// `?customerId=` of a list; `None` when it is left out. [`crate::Caller::whose`] says whose things the list is then of.
#[derive(Clone, Copy, Debug)]
pub struct CustomerAsked(pub Option<CustomerId>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    customer_id: Option<String>,
}

impl FromRequestParts<Api> for CustomerAsked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let Query(params) = Query::<Params>::try_from_uri(&parts.uri)
            .map_err(|_| Problem::invalid("customerId", "INVALID_VALUE", "customerId may be given once"))?;
        let id = params.customer_id.map(|id| id.parse().map_err(|_| Problem::not_found()));
        id.transpose().map(Self)
    }
}
