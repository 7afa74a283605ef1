//! Chains of doubles, and of a server that fails as it is told.

mod double;
mod fallback;
mod matrix;
mod stage;
mod streams;

use std::time::Duration;

use kernel::Secret;

use crate::{AiChain, AiPolicy, AiProvider, AiTarget, ChatMessage, ChatRequest, TokenPrice, TokenRates};

/// A price of one billionth of a dollar for a token in, and two for one out.
pub(super) fn price() -> TokenPrice {
    TokenPrice { rates: TokenRates { uncached: 1, cache_read: 1, cache_write: 1, output: 2 }, long: None }
}

/// A target without a context that is known.
pub(super) fn target(provider: AiProvider) -> AiTarget {
    AiTarget {
        provider,
        model: format!("{provider}-model"),
        base_url: "http://127.0.0.1:1".to_owned(),
        key: Secret::new(format!("key-of-{provider}")),
        account: "tnt_1".to_owned(),
        price: price(),
        context_tokens: None,
    }
}

pub(super) fn chain(targets: impl IntoIterator<Item = AiTarget>) -> AiChain {
    AiChain::new(targets.into_iter().collect()).unwrap()
}

/// Two retries without a pause.
pub(super) fn at_once() -> AiPolicy {
    AiPolicy { first_pause: Duration::ZERO, longest_pause: Duration::ZERO, ..AiPolicy::default() }
}

pub(super) fn request() -> ChatRequest {
    ChatRequest::new("any", vec![ChatMessage::user("halo")])
}
