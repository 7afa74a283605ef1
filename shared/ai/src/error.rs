//! Why there is no answer, for the caller; and whose word that is.

use kernel::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{AiProvider, Refusal, UpstreamError};

/// Whose word an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorSource {
    /// Ours: nobody was asked, or nobody is left to ask.
    Gateway,
    /// The provider's.
    Provider,
}

/// Why there is no answer. Nothing here has a key in it, and no words of a provider's but about the request itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AiError {
    /// The request cannot be sent on.
    #[error("{message}")]
    Malformed {
        /// Which field.
        param: Option<String>,
        /// Why.
        message: String,
    },
    /// No price is known for the model, so that nothing of it is called.
    #[error("the model {model} is unknown here")]
    UnknownModel {
        /// The model.
        model: String,
    },
    /// None of the chain's targets can be told what is asked.
    #[error("{message}")]
    Unsupported {
        /// What.
        message: String,
    },
    /// None of the chain's targets may be asked at present, or the time was up.
    #[error("no model answers at present; the same request can be sent again")]
    Unavailable,
    /// The provider does not take the request.
    #[error("{provider} refuses the request: {message}")]
    Rejected {
        /// Who.
        provider: AiProvider,
        /// With which status.
        status: u16,
        /// Its words, cut to 500 characters.
        message: String,
    },
    /// The conversation is longer than the model reads, and nobody else of the chain reads more.
    #[error("the conversation is longer than the model of {provider} reads: {message}")]
    TooLong {
        /// Who.
        provider: AiProvider,
        /// Its words, cut to 500 characters.
        message: String,
    },
    /// The provider has too many calls of the account.
    #[error("{provider} has too many calls of this account; the same request can be sent again later")]
    RateLimited {
        /// Who.
        provider: AiProvider,
        /// For how many seconds it wants none.
        retry_after_seconds: Option<u64>,
    },
    /// The provider failed.
    #[error("{provider} does not answer; the same request can be sent again")]
    Failed {
        /// Who.
        provider: AiProvider,
    },
    /// The provider does not serve the account: its key, its money, or a model that it does not have.
    #[error("{provider} does not serve the account that is used here")]
    NotServed {
        /// Who.
        provider: AiProvider,
    },
    /// The answer ended before its end.
    #[error("the answer of {provider} broke off")]
    Broken {
        /// Who.
        provider: AiProvider,
    },
}

impl AiError {
    /// What the last of a chain's targets said.
    pub(crate) fn of(provider: AiProvider, error: &UpstreamError) -> Self {
        let message = error.message.clone();
        match error.refusal {
            Refusal::Busy => {
                Self::RateLimited { provider, retry_after_seconds: error.retry_after.map(|wait| wait.as_secs().max(1)) }
            }
            Refusal::Overloaded | Refusal::TimedOut | Refusal::Unreachable | Refusal::Unreadable => {
                Self::Failed { provider }
            }
            Refusal::Credentials | Refusal::Quota | Refusal::Missing | Refusal::Conflict => {
                Self::NotServed { provider }
            }
            Refusal::TooLong => Self::TooLong { provider, message },
            Refusal::Rejected => Self::Rejected { provider, status: error.status.unwrap_or(400), message },
            Refusal::Unsupported => Self::Unsupported { message },
            Refusal::Blocked => Self::Unavailable,
        }
    }

    /// Whose word it is.
    pub const fn source(&self) -> ErrorSource {
        match self {
            Self::Malformed { .. } | Self::UnknownModel { .. } | Self::Unsupported { .. } | Self::Unavailable => {
                ErrorSource::Gateway
            }
            Self::Rejected { .. }
            | Self::TooLong { .. }
            | Self::RateLimited { .. }
            | Self::Failed { .. }
            | Self::NotServed { .. }
            | Self::Broken { .. } => ErrorSource::Provider,
        }
    }

    /// Who said it, where it was a provider.
    pub const fn provider(&self) -> Option<AiProvider> {
        match self {
            Self::Malformed { .. } | Self::UnknownModel { .. } | Self::Unsupported { .. } | Self::Unavailable => None,
            Self::Rejected { provider, .. }
            | Self::TooLong { provider, .. }
            | Self::RateLimited { provider, .. }
            | Self::Failed { provider }
            | Self::NotServed { provider }
            | Self::Broken { provider } => Some(*provider),
        }
    }

    /// The error in `OpenAI`'s shape, for its clients: `{"error": {"message", "type", "param", "code", "source"}}`. Also the data of
    /// an event in a stream, after which nothing comes.
    pub fn to_openai(&self) -> Value {
        let (kind, code) = match self {
            Self::Malformed { .. } | Self::Unsupported { .. } | Self::Rejected { .. } => {
                ("invalid_request_error", None)
            }
            Self::UnknownModel { .. } => ("invalid_request_error", Some("model_not_found")),
            Self::TooLong { .. } => ("invalid_request_error", Some("context_length_exceeded")),
            Self::RateLimited { .. } => ("rate_limit_error", Some("rate_limit_exceeded")),
            Self::Unavailable | Self::Failed { .. } | Self::NotServed { .. } | Self::Broken { .. } => {
                ("api_error", None)
            }
        };
        let param = match self {
            Self::Malformed { param, .. } => param.as_deref(),
            Self::UnknownModel { .. } => Some("model"),
            Self::TooLong { .. } => Some("messages"),
            Self::Unsupported { .. }
            | Self::Unavailable
            | Self::Rejected { .. }
            | Self::RateLimited { .. }
            | Self::Failed { .. }
            | Self::NotServed { .. }
            | Self::Broken { .. } => None,
        };
        json!({"error": {
            "message": self.to_string(), "type": kind, "param": param, "code": code.unwrap_or_else(|| self.code()),
            "source": self.source(),
        }})
    }
}

impl Fault for AiError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Rejected { status: 422, .. } => FaultKind::Invalid,
            Self::Malformed { .. }
            | Self::UnknownModel { .. }
            | Self::Unsupported { .. }
            | Self::Rejected { .. }
            | Self::TooLong { .. } => FaultKind::Malformed,
            Self::RateLimited { .. } => FaultKind::RateLimited,
            Self::Unavailable | Self::Failed { .. } | Self::NotServed { .. } | Self::Broken { .. } => {
                FaultKind::Unavailable
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "AI_REQUEST_MALFORMED",
            Self::UnknownModel { .. } => "AI_MODEL_UNKNOWN",
            Self::Unsupported { .. } => "AI_UNSUPPORTED",
            Self::Unavailable => "AI_UNAVAILABLE",
            Self::Rejected { .. } => "AI_REJECTED",
            Self::TooLong { .. } => "AI_CONTEXT_TOO_LONG",
            Self::RateLimited { .. } => "AI_PROVIDER_BUSY",
            Self::Failed { .. } => "AI_PROVIDER_FAILED",
            Self::NotServed { .. } => "AI_PROVIDER_ACCOUNT",
            Self::Broken { .. } => "AI_ANSWER_BROKEN",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Rejected { status: 422, .. }
            | Self::Malformed { .. }
            | Self::UnknownModel { .. }
            | Self::Unsupported { .. }
            | Self::Rejected { .. }
            | Self::TooLong { .. }
            | Self::RateLimited { .. }
            | Self::Unavailable
            | Self::Failed { .. }
            | Self::NotServed { .. }
            | Self::Broken { .. } => false,
        }
    }
}
