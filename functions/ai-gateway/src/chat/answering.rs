//! Answers with what they cost beside them.

use ai::NanoUsd;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use web::{Problem, Reply};

/// What an answer cost, in US dollars.
const COST: HeaderName = HeaderName::from_static("x-cost");
/// Who answered.
const PROVIDER: HeaderName = HeaderName::from_static("x-provider");
/// Which model stands in for the one that was asked for.
const SUBSTITUTED: HeaderName = HeaderName::from_static("x-model-substituted");
/// Whether the answer was kept from an earlier request.
const CACHE: HeaderName = HeaderName::from_static("x-cache");

/// What is told beside an answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// What it cost, where that is known when it begins.
    pub(crate) cost: Option<NanoUsd>,
    /// Who answered.
    pub(crate) provider: String,
    /// The model that stands in for the one that was asked for.
    pub(crate) substituted: Option<String>,
    /// `hit` or `miss`, where answers are kept.
    pub(crate) cache: Option<&'static str>,
}

impl Beside {
    /// A whole answer, in OpenAI's shape.
    pub(crate) fn whole(self, answer: &impl Serialize) -> Result<Response, Problem> {
        Ok(self.on(Reply::json(StatusCode::OK, answer)?.into_response()))
    }

    /// An answer with these headers.
    pub(crate) fn on(self, mut response: Response) -> Response {
        let all = [
            (COST, self.cost.map(|cost| cost.to_string())),
            (PROVIDER, Some(self.provider)),
            (SUBSTITUTED, self.substituted),
            (CACHE, self.cache.map(str::to_owned)),
        ];
        for (name, value) in all {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
