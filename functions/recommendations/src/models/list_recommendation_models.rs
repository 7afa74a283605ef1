//! `GET /api/v1/recommendations/models`: the models of the tenant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query beside one read.

use axum::extract::State;
use recommend::RecommenderRows;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{RecommendationsManage, models::model_view::RecommendationModelView};

/// List models of recommendations
///
/// The newest first, also those that are being made; the last fifty are kept.
#[utoipa::path(
    get, path = "/api/v1/recommendations/models",
    responses((status = 200, body = PageOf<RecommendationModelView>))
)]
pub async fn list_recommendation_models(
    State(api): State<Api>,
    caller: Caller<RecommendationsManage>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let rows = RecommenderRows::new(api.table(), caller.scope);
    let request = pager.request();
    let (state, page) = tokio::try_join!(rows.state(), rows.models(&request))?;
    let models = page.items.iter().map(|model| RecommendationModelView::of(model, &state)).collect();
    Reply::page(models, pager.info(&api, page.last)?)
}
