//! `GET /api/v1/promotions/{id}`: one promotion.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::PromotionId;
use promotions::Promotions;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{PromotionsRead, promotions::promotion_view::PromotionView};

/// Get a promotion
#[utoipa::path(get, path = "/api/v1/promotions/{id}", responses((status = 200, body = Envelope<PromotionView>)))]
pub async fn get_promotion(
    State(api): State<Api>,
    caller: Caller<PromotionsRead>,
    Id(id): Id<PromotionId>,
) -> Result<Reply, Problem> {
    let known = Promotions::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let version = known.promotion.version;
    Ok(Reply::ok(&PromotionView::from(known))?.version(version))
}
