//! How a call ended, and the row of usage that says so.

use ai_budget::{AiEnding, AiUsage, AiWork, TokenCounts};
use kernel::{RequestId, Timestamp};

use crate::{AiAttempt, AiOutcome, AiTarget, NanoUsd, TokenUsage};

/// Which call it was.
#[derive(Clone, Debug)]
pub struct AiCallFacts {
    /// The request, by which it is accounted for once.
    pub request: RequestId,
    /// When it was asked.
    pub at: Timestamp,
    /// Who asked.
    pub by: String,
    /// What for.
    pub work: AiWork,
    /// The model, as the caller named it.
    pub model: String,
}

/// How a call ended.
#[derive(Clone, Debug)]
pub struct AiCallEnd<'a> {
    /// How.
    pub ending: AiEnding,
    /// Who answered, and what they call the model.
    pub served: Option<(String, String)>,
    /// What it took.
    pub usage: TokenUsage,
    /// What it cost.
    pub cost: NanoUsd,
    /// The calls of providers.
    pub attempts: &'a [AiAttempt],
}

impl<'a> AiCallEnd<'a> {
    /// With a whole answer.
    pub fn answered<T>(outcome: &'a AiOutcome<T>) -> Self {
        Self {
            ending: AiEnding::Answered,
            served: Some(served_by(&outcome.target)),
            usage: outcome.usage,
            cost: outcome.cost,
            attempts: &outcome.attempts,
        }
    }

    /// Without an answer.
    pub fn failed(attempts: &'a [AiAttempt]) -> Self {
        Self { ending: AiEnding::Failed, served: None, usage: TokenUsage::default(), cost: NanoUsd(0), attempts }
    }

    /// The row of usage, as of now.
    pub fn usage_of(self, call: &AiCallFacts, now: Timestamp) -> AiUsage {
        let (provider, served_by) = self.served.unzip();
        let millis = now.as_millis().saturating_sub(call.at.as_millis());
        AiUsage {
            request_id: call.request,
            at: call.at,
            by: call.by.clone(),
            work: call.work,
            model: call.model.clone(),
            provider,
            served_by,
            tokens: self.usage.counts(),
            cost_nano_usd: self.cost.0,
            millis: u64::try_from(millis).unwrap_or_default(),
            attempts: u32::try_from(self.attempts.len()).unwrap_or(u32::MAX),
            outcome: self.ending,
        }
    }
}

/// Who answers, and what they call the model.
pub fn served_by(target: &AiTarget) -> (String, String) {
    (target.provider.as_str().to_owned(), target.model.clone())
}

impl TokenUsage {
    /// As it is stored.
    pub const fn counts(self) -> TokenCounts {
        TokenCounts {
            input: self.uncached,
            cache_read: self.cache_read,
            cache_write: self.cache_write,
            output: self.output,
        }
    }
}
