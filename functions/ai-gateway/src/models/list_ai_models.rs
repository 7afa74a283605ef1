//! `GET /api/v1/ai/models`: the models that the caller may name.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the settings (none where
//! they are known); for customers one read of whom they act for, and one query for each of these.

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Problem, Reply};

use crate::{AiUse, accounting::tier::Tier, settings::known};

/// Models, in the shape of OpenAI's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct AiModels {
    /// Always `list`.
    #[schema(example = "list")]
    pub object: &'static str,
    /// The models.
    pub data: Vec<AiModelView>,
}

/// A model.
#[derive(Debug, Serialize, ToSchema)]
pub struct AiModelView {
    /// What callers send as `model`.
    #[schema(example = "gpt-4o-mini")]
    pub id: String,
    /// Always `model`.
    #[schema(example = "model")]
    pub object: &'static str,
    /// When the settings were last changed, in seconds since 1970.
    pub created: i64,
    /// Who is asked first.
    #[schema(example = "openai")]
    pub owned_by: String,
}

/// List AI models
///
/// The models that the tenant set up, or those of them that the caller's plan has, in the shape of OpenAI's list.
#[utoipa::path(get, path = "/api/v1/ai/models", responses((status = 200, body = AiModels)))]
pub async fn list_ai_models(State(api): State<Api>, caller: Caller<AiUse>) -> Result<Reply, Problem> {
    let settings = known::settings_of(&api, caller.scope).await?;
    let tier = Tier::of(&api, &caller, &settings).await?;
    let created = settings.updated_at.map_or(0, kernel::Timestamp::as_seconds);
    let shown = settings.models.iter().filter(|model| tier.has(model.name.as_str())).map(|model| AiModelView {
        id: model.name.as_str().to_owned(),
        object: "model",
        created,
        owned_by: model.targets.first().map_or_else(String::new, |target| target.provider.as_str().to_owned()),
    });
    Reply::json(StatusCode::OK, &AiModels { object: "list", data: shown.collect() })
}
