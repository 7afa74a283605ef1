//! A model at a provider, and the order in which several are asked.

use std::{fmt, str::FromStr};

use cloud::config::ProviderUrls;
use kernel::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AiError, ChatRequest, NanoUsd, TokenPrice, tokens::estimate};

/// How many targets a chain has at most.
const MOST_TARGETS: usize = 8;

/// Who runs a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AiProvider {
    /// <https://platform.openai.com>
    OpenAi,
    /// <https://platform.claude.com>
    Anthropic,
    /// <https://ai.google.dev>
    Gemini,
    /// <https://api-docs.deepseek.com>
    DeepSeek,
    /// Any server that speaks as `OpenAI` does, on the public internet.
    Compatible,
}

/// A text that names no provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a provider is openai, anthropic, gemini, deepseek or compatible")]
pub struct UnknownAiProvider;

impl AiProvider {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::OpenAi, Self::Anthropic, Self::Gemini, Self::DeepSeek, Self::Compatible];

    /// Its name on the wire, in rows and in secrets.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::DeepSeek => "deepseek",
            Self::Compatible => "compatible",
        }
    }

    /// Where it is called, without a slash at the end; `None` for a compatible server, which says so itself. Paths are added as its
    /// own clients do: `/chat/completions`, `/v1/messages`, `/models/…:generateContent`.
    pub fn base_url(self, urls: &ProviderUrls) -> Option<String> {
        let (configured, own) = match self {
            Self::OpenAi => (&urls.openai, "https://api.openai.com/v1"),
            Self::Anthropic => (&urls.anthropic, "https://api.anthropic.com"),
            Self::Gemini => (&urls.gemini, "https://generativelanguage.googleapis.com/v1beta"),
            Self::DeepSeek => (&urls.deepseek, "https://api.deepseek.com"),
            Self::Compatible => return None,
        };
        let configured = configured.as_deref().filter(|url| !url.is_empty());
        Some(configured.unwrap_or(own).trim_end_matches('/').to_owned())
    }
}

impl fmt::Display for AiProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AiProvider {
    type Err = UnknownAiProvider;

    fn from_str(text: &str) -> Result<Self, UnknownAiProvider> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == text).ok_or(UnknownAiProvider)
    }
}

/// A model at a provider. Without a price there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiTarget {
    /// Who runs it.
    pub provider: AiProvider,
    /// What the provider calls it.
    pub model: String,
    /// Where it is, without a slash at the end: [`AiProvider::base_url`].
    pub base_url: String,
    /// The key of the account.
    pub key: Secret<String>,
    /// Whose account it is, such as a tenant's id: one that is left alone holds nobody else up.
    pub account: String,
    /// What its tokens cost now.
    pub price: TokenPrice,
    /// How many tokens it reads at most, where that is known.
    pub context_tokens: Option<u64>,
}

impl AiTarget {
    /// Whom a breaker guards.
    pub(crate) fn breaker(&self) -> String {
        format!("ai:{}:{}:{}", self.provider, self.base_url, self.account)
    }

    /// Whether it is known to read more than another one.
    pub fn reads_more_than(&self, other: &Self) -> bool {
        match (self.context_tokens, other.context_tokens) {
            (Some(mine), Some(theirs)) => mine > theirs,
            (Some(_) | None, None) | (None, Some(_)) => false,
        }
    }
}

/// Targets in the order in which they are asked, 1 to 8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiChain(Vec<AiTarget>);

impl AiChain {
    /// A chain of these.
    ///
    /// # Errors
    /// `Malformed`: there are none, more than eight, or a price is below zero.
    pub fn new(targets: Vec<AiTarget>) -> Result<Self, AiError> {
        let wrong = |message: &str| Err(AiError::Malformed { param: None, message: message.to_owned() });
        if targets.is_empty() || targets.len() > MOST_TARGETS {
            return wrong("a chain has 1 to 8 models");
        }
        if targets.iter().any(|target| !target.price.is_valid()) {
            return wrong("a price is 0 or more");
        }
        Ok(Self(targets))
    }

    /// The targets.
    pub fn targets(&self) -> &[AiTarget] {
        &self.0
    }

    /// What a request costs at most, whoever of the chain answers with up to `output` tokens.
    pub fn most(&self, request: &ChatRequest, output: u32) -> NanoUsd {
        let input = estimate::input_tokens(request);
        self.most_for(input, output)
    }

    /// What a call costs at most that reads up to `input` tokens and writes up to `output`.
    pub fn most_for(&self, input: u64, output: u32) -> NanoUsd {
        let costs = self.0.iter().map(|target| target.price.most(input, u64::from(output)));
        costs.max().unwrap_or_default()
    }
}
