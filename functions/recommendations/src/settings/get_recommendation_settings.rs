//! `GET /api/v1/recommendations/settings`: how long behaviour is kept.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use recommend::{RecommendationSettings, RetentionDays};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::RecommendationsManage;

/// How the shop learns what to recommend.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecommendationSettings)]
pub struct RecommendationSettingsView {
    pub retention_days: RetentionDays,
}

impl From<&RecommendationSettings> for RecommendationSettingsView {
    fn from(settings: &RecommendationSettings) -> Self {
        Self { retention_days: settings.retention_days }
    }
}

/// Get the settings for recommendations
#[utoipa::path(
    get, path = "/api/v1/recommendations/settings",
    responses((status = 200, body = Envelope<RecommendationSettingsView>))
)]
pub async fn get_recommendation_settings(
    State(api): State<Api>,
    caller: Caller<RecommendationsManage>,
) -> Result<Reply, Problem> {
    let settings = RecommendationSettings::read(api.table(), caller.scope).await?;
    Ok(Reply::ok(&RecommendationSettingsView::from(&settings))?.version(settings.version))
}
