//! Who runs models, and where.

use std::{fmt, str::FromStr};

use cloud::config::ProviderUrls;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
