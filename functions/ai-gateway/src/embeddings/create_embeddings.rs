//! `POST /api/v1/ai/embeddings`: make vectors of texts.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the settings and one call
//! of the secret store for each key (none where they are known), for customers two reads of their plans; then those of
//! [`Admission`], the calls of the chain, and two writes.

use ai::{AiCallEnd, EmbeddingsAnswer, EmbeddingsRequest, ModelUse, Models, chain_of, embeddings_tokens, served_by};
use ai_budget::AiWork;
use axum::{extract::State, response::Response};
use web::{Api, Caller, Json, Problem, RequestInfo};

use crate::{
    AiUse,
    accounting::{Admission, Wish, tier::Tier},
    chat::{answering::Beside, patience::Patience},
    openai_errors::{of_models, of_setup},
    settings::known,
};

/// Create embeddings
///
/// As OpenAI's: one vector for each text. The targets of the model should be one model at several places, since vectors of two
/// models cannot be compared. Answers are not kept.
#[utoipa::path(
    post, path = "/api/v1/ai/embeddings",
    request_body(content = EmbeddingsRequest, examples(
        ("Two texts" = (value = json!({ "model": "text-embedding-3-small", "input": ["a red lamp", "a blue chair"] }))),
    )),
    responses(
        (status = 200, body = EmbeddingsAnswer),
        (status = 400, description = "AI_MODEL_UNKNOWN, AI_REQUEST_MALFORMED, AI_UNSUPPORTED, AI_REJECTED, AI_CONTEXT_TOO_LONG"),
        (status = 403, description = "AI_MODEL_NOT_IN_PLAN"),
        (status = 422, description = "AI_REJECTED"),
        (status = 429, description = "AI_BUDGET_EXCEEDED, QUOTA_EXCEEDED, AI_PROVIDER_BUSY"),
        (status = 503, description = "AI_UNAVAILABLE, AI_PROVIDER_FAILED, AI_PROVIDER_ACCOUNT"),
    )
)]
pub async fn create_embeddings(
    State(api): State<Api>,
    caller: Caller<AiUse>,
    info: RequestInfo,
    patience: Patience,
    Json(body): Json<EmbeddingsRequest>,
) -> Result<Response, Problem> {
    body.check().map_err(|error| of_models(&error))?;
    let settings = known::settings_of(&api, caller.scope).await?;
    let tier = Tier::of(&api, &caller, &settings).await?;
    let choice = tier.choose(&settings, &body.model)?;
    let called =
        chain_of(&api, caller.tenant(), &settings, (choice.model, ModelUse::Embeddings)).await.map_err(of_setup)?;
    let substituted = choice.substituted.then(|| choice.model.name.as_str().to_owned());
    let tokens = embeddings_tokens(&body);
    let most = called.chain.most_for(tokens, 0);
    let work = AiWork::Embedding;
    let wish = Wish { info: &info, settings: &settings, tier: &tier, work, model: &body.model, tokens, most };
    let admission = Admission::of(&api, &caller, wish).await?;
    let outcome = match Models::new(&api).embed(&called.chain, &body, &patience.policy()).await {
        Ok(outcome) => outcome,
        Err(failure) => {
            admission.settle(AiCallEnd::failed(&failure.attempts)).await;
            return Err(of_models(&failure.error));
        }
    };
    admission.settle(AiCallEnd::answered(&outcome)).await;
    let (provider, _) = served_by(&outcome.target);
    Beside { cost: Some(outcome.cost), provider, substituted, cache: None }.whole(&outcome.answer)
}
