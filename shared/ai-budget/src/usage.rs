//! What one request took, and sums of that.

use std::collections::BTreeMap;

use kernel::{Date, RequestId, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

/// Tokens by what they cost: the four classes do not overlap, whatever the provider's own numbers mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenCounts {
    /// Of the prompt, where no cache of the provider's had it.
    pub input: u64,
    /// Of the prompt, where one had it.
    pub cache_read: u64,
    /// Of the prompt, where it was put into one.
    pub cache_write: u64,
    /// Of the answer.
    pub output: u64,
}

/// What a request was for.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AiWork {
    /// A chat completion.
    Chat,
    /// Embeddings.
    Embedding,
}

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AiEnding {
    /// It was answered.
    Answered,
    /// By an answer that was kept.
    Cached,
    /// Nobody answered it.
    Failed,
    /// The answer broke off.
    Broken,
    /// Whoever made the call never said how it ended: what was held for it was given back.
    Expired,
}

/// One request, as stored: the truth that all sums and counters follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiUsage {
    /// The request.
    pub request_id: RequestId,
    /// When it came; its day is the row's.
    pub at: Timestamp,
    /// Who asked: the id of an API key or of a user.
    pub by: String,
    /// What for.
    pub work: AiWork,
    /// The model that was asked for, as callers name it.
    pub model: String,
    /// Who answered; nothing where nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What they call the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_by: Option<String>,
    /// What it took.
    pub tokens: TokenCounts,
    /// What it cost, in nano-dollars.
    pub cost_nano_usd: i64,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// How many calls of providers were made.
    pub attempts: u32,
    /// How it ended.
    pub outcome: AiEnding,
}

impl Record for AiUsage {
    const ROWS: &'static [&'static str] = &["AIUSE#{day} / {request}"];
}

/// By what sums are made.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// The model, as callers name it.
    #[default]
    Model,
    /// The day of UTC.
    Day,
    /// The API key or user that asked.
    Key,
}

/// A sum over requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiUsageSum {
    /// How many requests.
    pub requests: u64,
    /// How many of them were answered by an answer that was kept.
    pub cached: u64,
    /// How many failed, broke off or never ended.
    pub failed: u64,
    /// What they took.
    pub tokens: TokenCounts,
    /// What they cost, in nano-dollars.
    pub cost_nano_usd: i64,
}

impl AiUsageSum {
    /// Adds one request.
    pub fn add(&mut self, usage: &AiUsage) {
        self.requests += 1;
        match usage.outcome {
            AiEnding::Answered => {}
            AiEnding::Cached => self.cached += 1,
            AiEnding::Failed | AiEnding::Broken | AiEnding::Expired => self.failed += 1,
        }
        let (sum, more) = (&mut self.tokens, usage.tokens);
        sum.input = sum.input.saturating_add(more.input);
        sum.cache_read = sum.cache_read.saturating_add(more.cache_read);
        sum.cache_write = sum.cache_write.saturating_add(more.cache_write);
        sum.output = sum.output.saturating_add(more.output);
        self.cost_nano_usd = self.cost_nano_usd.saturating_add(usage.cost_nano_usd);
    }
}

/// Adds requests of a day to the sums of their groups.
pub fn sums(groups: &mut BTreeMap<String, AiUsageSum>, by: GroupBy, day: Date, rows: &[AiUsage]) {
    for row in rows {
        let group = match by {
            GroupBy::Model => row.model.clone(),
            GroupBy::Day => day.to_string(),
            GroupBy::Key => row.by.clone(),
        };
        groups.entry(group).or_default().add(row);
    }
}
