//! `GET /api/v1/recommendations/models/{id}`: a model, or how far its training is.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::RecommendationModelId;
use recommend::RecommenderRows;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{RecommendationsManage, models::model_view::RecommendationModelView};

/// Get a model of recommendations
///
/// How far its training is, and once it is done how well it foretells, beside what is popular.
#[utoipa::path(
    get, path = "/api/v1/recommendations/models/{id}",
    responses((status = 200, body = Envelope<RecommendationModelView>))
)]
pub async fn get_recommendation_model(
    State(api): State<Api>,
    caller: Caller<RecommendationsManage>,
    Id(id): Id<RecommendationModelId>,
) -> Result<Reply, Problem> {
    let (state, model) = RecommenderRows::new(api.table(), caller.scope).state_and_model(id).await?;
    let model = model.ok_or_else(Problem::not_found)?;
    Reply::ok(&RecommendationModelView::of(&model, &state))
}
