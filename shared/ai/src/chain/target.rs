//! A model at a provider, and the order in which several are asked.

use kernel::Secret;

use crate::{AiError, AiProvider, ChatRequest, NanoUsd, TokenPrice, tokens::estimate};

/// How many targets a chain has at most.
const MOST_TARGETS: usize = 8;

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
