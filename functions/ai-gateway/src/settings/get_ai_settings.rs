//! `GET /api/v1/ai/settings`: how the use of models is set up.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use ai_budget::AiRows;
use axum::extract::State;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{AiRead, settings::settings_view::AiSettingsView};

/// Get the AI settings
///
/// Providers with the last four characters of their keys, models, tiers and budgets. Nobody gets a key back.
#[utoipa::path(get, path = "/api/v1/ai/settings", responses((status = 200, body = Envelope<AiSettingsView>)))]
pub async fn get_ai_settings(State(api): State<Api>, caller: Caller<AiRead>) -> Result<Reply, Problem> {
    let settings = AiRows::new(api.table(), caller.scope).settings().await?;
    let version = settings.version;
    Ok(Reply::ok(&AiSettingsView::from(settings))?.version(version))
}
