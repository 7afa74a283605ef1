//! `GET /api/v1/reviews/settings`: how the tenant takes reviews.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use reviews::ReviewSettings;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{ReviewsModerate, settings::review_settings::ReviewSettingsView};

/// Get the settings for reviews
#[utoipa::path(
    get, path = "/api/v1/reviews/settings",
    responses((status = 200, body = Envelope<ReviewSettingsView>))
)]
pub async fn get_product_review_settings(
    State(api): State<Api>,
    caller: Caller<ReviewsModerate>,
) -> Result<Reply, Problem> {
    let settings = ReviewSettings::read(api.table(), caller.scope).await?;
    let version = settings.version;
    Ok(Reply::ok(&ReviewSettingsView::from(settings))?.version(version))
}
