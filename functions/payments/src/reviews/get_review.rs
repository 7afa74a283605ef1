//! `GET /api/v1/payment-reviews/{id}`: word of a provider that was set aside.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use payments::{Notices, ReviewId};
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{RefundsRead, reviews::review_view::ReviewView};

/// Get a payment review
#[utoipa::path(get, path = "/api/v1/payment-reviews/{id}", responses((status = 200, body = Envelope<ReviewView>)))]
pub async fn get_review(
    State(api): State<Api>,
    caller: Caller<RefundsRead>,
    Id(id): Id<ReviewId>,
) -> Result<Reply, Problem> {
    let word = Notices::new(api.table(), caller.scope).get(&id).await?.ok_or_else(Problem::not_found)?;
    Reply::ok(&ReviewView::from(&word))
}
