//! Refusals as clients of OpenAI's API read them: `error` beside the fields of a problem document. The clients make their
//! exceptions of the status, and their words of `error`
//! (<https://platform.openai.com/docs/guides/error-codes>).

use ai::{AiError, SetupError};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};
use web::Problem;

/// Clients of OpenAI's API retry by themselves unless this says `false`.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// What waits for money or for another month is not there a second later.
const NOT_SOON: [&str; 2] = ["AI_BUDGET_EXCEEDED", "QUOTA_EXCEEDED"];

/// Adds `error` to a refusal; leaves every other answer as it is.
pub(crate) async fn add(mut response: Response) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    // What a provider said has its own.
    if problem.member("error").is_some() { problem } else { with_error(problem) }.into_response()
}

fn with_error(problem: Problem) -> Problem {
    let first = problem.errors().first();
    let error = json!({
        "message": first.map_or(problem.detail(), |one| one.detail.as_str()),
        "type": kind(problem.status(), problem.code()),
        "param": first.map(|one| one.pointer.trim_start_matches('/').replace('/', ".")),
        "code": problem.code().to_ascii_lowercase(),
        "source": "gateway",
    });
    let is_not_soon = NOT_SOON.contains(&problem.code());
    let problem = problem.with_member("error", error);
    if is_not_soon { problem.with_header(SHOULD_RETRY, "false") } else { problem }
}

fn kind(status: StatusCode, code: &str) -> &'static str {
    match (status.as_u16(), code) {
        (_, "AI_BUDGET_EXCEEDED" | "QUOTA_EXCEEDED") => "insufficient_quota",
        (401, _) => "authentication_error",
        (403, _) => "permission_error",
        (429, _) => "rate_limit_error",
        (500.., _) => "server_error",
        _ => "invalid_request_error",
    }
}

/// Why a model cannot be called.
pub(crate) fn of_setup(error: SetupError) -> Problem {
    match error {
        SetupError::Model(error) => of_models(&error),
        SetupError::Secrets(error) => error.into(),
    }
}

/// Why a chain of models gave no answer, in both forms.
pub(crate) fn of_models(error: &AiError) -> Problem {
    let said = error.to_openai();
    let wait = match error {
        AiError::RateLimited { retry_after_seconds, .. } => *retry_after_seconds,
        AiError::Malformed { .. }
        | AiError::UnknownModel { .. }
        | AiError::Unsupported { .. }
        | AiError::Unavailable
        | AiError::Rejected { .. }
        | AiError::TooLong { .. }
        | AiError::Failed { .. }
        | AiError::NotServed { .. }
        | AiError::Broken { .. } => None,
    };
    let problem = Problem::from(error.clone());
    let problem = match said.get("error").and_then(Value::as_object).cloned() {
        Some(mut said) => {
            // As OpenAI writes codes, whoever's they are.
            let code = said.get("code").and_then(Value::as_str).map(str::to_ascii_lowercase);
            said.insert("code".to_owned(), json!(code));
            problem.with_member("error", said)
        }
        None => problem,
    };
    match wait {
        Some(seconds) => problem.with_header(header::RETRY_AFTER, seconds),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use ai::AiProvider;

    use super::*;

    #[tokio::test]
    async fn a_refusal_says_whose_it_is_and_what_kind() {
        for (problem, kind, source, param) in [
            (
                Problem::invalid("/messages/0", "REQUIRED", "say something"),
                "invalid_request_error",
                "gateway",
                "messages.0",
            ),
            (of_models(&AiError::Failed { provider: AiProvider::OpenAi }), "api_error", "provider", ""),
            (
                Problem::new(StatusCode::TOO_MANY_REQUESTS, "AI_BUDGET_EXCEEDED", "no"),
                "insufficient_quota",
                "gateway",
                "",
            ),
            (Problem::new(StatusCode::UNAUTHORIZED, "INVALID_TOKEN", "no"), "authentication_error", "gateway", ""),
        ] {
            let code = problem.code();
            let mut answer = add(problem.into_response()).await;
            let problem = answer.extensions_mut().remove::<Problem>().unwrap();
            assert_eq!(problem.code(), code);
            let error = problem.member("error").unwrap();
            assert_eq!((&error["type"], &error["source"]), (&json!(kind), &json!(source)));
            assert_eq!(error["param"].as_str().unwrap_or_default(), param);
        }
    }
}
