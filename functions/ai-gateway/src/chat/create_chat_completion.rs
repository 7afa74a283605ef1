//! `POST /api/v1/ai/chat/completions`: let a model go on with a conversation.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the settings and one call
//! of the secret store for each key (none where they are known), for customers two reads of their plans, one read where answers are
//! kept; then those of [`Admission`], the calls of the chain, two writes, and one where the answer is kept.

use ai::{
    AiCallEnd, CalledModel, ChatAnswer, ChatRequest, ModelUse, Models, NanoUsd, TokenUsage, chain_of, input_tokens,
    served_by,
};
use ai_budget::{AiEnding, AiRows, AiSettings, AiWork, KeptAnswer, MOST_KEPT_BYTES, fingerprint};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::Timestamp;
use table::TableError;
use web::{Api, Caller, Json, Problem, RequestInfo};

use crate::{
    AiUse,
    accounting::{Admission, Wish, tier::Tier},
    chat::{answering::Beside, patience::Patience, prompt_log, streamed},
    openai_errors::{of_models, of_setup},
    settings::known,
};

/// How many tokens an answer has at most whose request does not say, where there is a budget: it must be held beforehand.
const UNSAID_OUTPUT: u32 = 16_384;

/// Create a chat completion
///
/// As OpenAI's, so that its clients work with another base URL and an API key of yours. `model` is a name of your settings, whose
/// targets are asked one after the other until one answers. With `"stream": true` the answer comes as events; behind the API's own
/// address all at once, and by the function's URL as it is made. `X-Cost` says what a whole answer cost in US dollars, a comment before
/// `[DONE]` what a streamed one did, `X-Provider` who answered, and `X-Model-Substituted` which model your plan has instead.
#[utoipa::path(
    post, path = "/api/v1/ai/chat/completions",
    request_body(content = ChatRequest, examples(
        ("A whole answer" = (value = json!({
            "model": "gpt-4o-mini", "max_tokens": 200, "messages": [{ "role": "user", "content": "Say hello in one sentence." }]
        }))),
        ("An answer as it is made" = (value = json!({
            "model": "gpt-4o-mini", "stream": true, "stream_options": { "include_usage": true },
            "messages": [
                { "role": "system", "content": "You are brief." },
                { "role": "user", "content": "Say hello in one sentence." }
            ]
        }))),
    )),
    responses(
        (status = 200, body = ChatAnswer),
        (status = 400, description = "AI_MODEL_UNKNOWN, AI_REQUEST_MALFORMED, AI_UNSUPPORTED, AI_REJECTED, AI_CONTEXT_TOO_LONG"),
        (status = 403, description = "AI_MODEL_NOT_IN_PLAN"),
        (status = 422, description = "AI_REJECTED"),
        (status = 429, description = "AI_BUDGET_EXCEEDED, QUOTA_EXCEEDED, AI_PROVIDER_BUSY"),
        (status = 503, description = "AI_UNAVAILABLE, AI_PROVIDER_FAILED, AI_PROVIDER_ACCOUNT, AI_ANSWER_BROKEN"),
    )
)]
pub async fn create_chat_completion(
    State(api): State<Api>,
    caller: Caller<AiUse>,
    info: RequestInfo,
    patience: Patience,
    Json(body): Json<ChatRequest>,
) -> Result<Response, Problem> {
    body.check().map_err(|error| of_models(&error))?;
    let settings = known::settings_of(&api, caller.scope).await?;
    let tier = Tier::of(&api, &caller, &settings).await?;
    let choice = tier.choose(&settings, &body.model)?;
    let called = chain_of(&api, caller.tenant(), &settings, (choice.model, ModelUse::Chat)).await.map_err(of_setup)?;
    let name = choice.model.name.as_str();
    let substituted = choice.substituted.then(|| name.to_owned());
    let request = bounded(&settings, &tier, &called, body.clone());
    let kept = kept_name(&settings, name, &request);
    let rows = AiRows::new(api.table(), caller.scope);
    let found = match &kept {
        Some(kept) => rows.kept_answer(kept, api.now()).await?,
        None => None,
    };
    let output = request.output_bound().or(called.most_output).unwrap_or(UNSAID_OUTPUT);
    // An answer that was kept takes nothing.
    let (tokens, most) = if found.is_some() {
        (0, NanoUsd::default())
    } else {
        let input = input_tokens(&request);
        (input.saturating_add(u64::from(output)), called.chain.most_for(input, output))
    };
    let wish =
        Wish { info: &info, settings: &settings, tier: &tier, work: AiWork::Chat, model: &body.model, tokens, most };
    let admission = Admission::of(&api, &caller, wish).await?;
    let beside = Beside { substituted, cache: kept.as_ref().map(|_| "miss"), ..Beside::default() };
    if let Some(found) = found {
        return cached(&admission, found, beside).await;
    }
    prompt_log::note(&settings, admission.request(), "prompt", &request.messages);
    let policy = patience.policy();
    if request.is_streamed() {
        let stream = Models::new(&api).stream(&called.chain, &request, &policy).await;
        return match stream {
            Ok(stream) => Ok(streamed::answer(admission, stream, settings, beside)),
            Err(failure) => {
                admission.settle(AiCallEnd::failed(&failure.attempts)).await;
                Err(of_models(&failure.error))
            }
        };
    }
    let outcome = match Models::new(&api).complete(&called.chain, &request, &policy).await {
        Ok(outcome) => outcome,
        Err(failure) => {
            admission.settle(AiCallEnd::failed(&failure.attempts)).await;
            return Err(of_models(&failure.error));
        }
    };
    admission.settle(AiCallEnd::answered(&outcome)).await;
    let (provider, model) = served_by(&outcome.target);
    prompt_log::note(&settings, admission.request(), "answer", &outcome.answer.choices);
    if let Some(name) = &kept {
        let answer = KeptAnswer {
            answer: serde_json::to_string(&outcome.answer).unwrap_or_default(),
            provider: provider.clone(),
            model,
            tokens: outcome.usage.counts(),
            until: kept_until(&settings, api.now()),
        };
        keep(rows, name, &answer).await;
    }
    Beside { cost: Some(outcome.cost), provider, ..beside }.whole(&outcome.answer)
}

/// The request with a bound on its answer where money is held for it.
fn bounded(settings: &AiSettings, tier: &Tier, called: &CalledModel, request: ChatRequest) -> ChatRequest {
    let has_budget = settings.month_nano_usd.is_some() || tier.rules().is_some_and(|one| one.month_nano_usd.is_some());
    let most = called.most_output.unwrap_or(u32::MAX);
    match request.output_bound() {
        Some(_) => request.bounded(most),
        None if has_budget => request.bounded(most.min(UNSAID_OUTPUT)),
        None => request,
    }
}

/// What the answer is kept under; nothing where none is kept, or where it comes as it is made.
fn kept_name(settings: &AiSettings, model: &str, request: &ChatRequest) -> Option<String> {
    settings.cache_seconds.filter(|_| !request.is_streamed())?;
    let asked = ChatRequest { model: model.to_owned(), stream: None, stream_options: None, ..request.clone() };
    let asked = serde_json::to_value(asked).ok()?;
    // Other settings may mean another model under the same name.
    Some(fingerprint(&asked, &["chat", &settings.version.to_string()]))
}

fn kept_until(settings: &AiSettings, now: Timestamp) -> Timestamp {
    now.plus(jiff::SignedDuration::from_secs(settings.cache_seconds.map_or(0, i64::from)))
}

async fn keep(rows: AiRows<'_>, name: &str, answer: &KeptAnswer) {
    if answer.answer.is_empty() || answer.answer.len() > MOST_KEPT_BYTES {
        return;
    }
    if let Err(error) = rows.keep_answer(name, answer).await {
        tracing::warn!(%error, "an answer could not be kept");
    }
}

/// An answer from an earlier request: it costs nothing.
async fn cached(admission: &Admission, found: KeptAnswer, beside: Beside) -> Result<Response, Problem> {
    let none = TokenUsage::default();
    let served = Some((found.provider.clone(), found.model));
    let end = AiCallEnd { ending: AiEnding::Cached, served, usage: none, cost: NanoUsd::default(), attempts: &[] };
    admission.settle(end).await;
    let answer: serde_json::Value =
        serde_json::from_str(&found.answer).map_err(|error| TableError::Corrupt(error.to_string()))?;
    let beside = Beside { cost: Some(NanoUsd::default()), provider: found.provider, cache: Some("hit"), ..beside };
    Ok(beside.whole(&answer)?.into_response())
}
