//! From a model as the tenant names it to the chain that is called.

use ai::{AiChain, AiProvider, AiTarget, ModelUse, PriceList, TokenPrice, TokenRates};
use ai_budget::{AiSettings, OwnPrices, ProviderKind, TargetSetup};
use cloud::Ctx;
use kernel::Secret;
use runs::RunStepFault;

use super::{fault_of, ours};
use crate::asking::{AskFailure, ModelCall};

/// What a server is sent as a key that takes none.
const NO_KEY: &str = "none";

const fn provider_of(kind: ProviderKind) -> AiProvider {
    match kind {
        ProviderKind::Openai => AiProvider::OpenAi,
        ProviderKind::Anthropic => AiProvider::Anthropic,
        ProviderKind::Gemini => AiProvider::Gemini,
        ProviderKind::Deepseek => AiProvider::DeepSeek,
        ProviderKind::Compatible => AiProvider::Compatible,
    }
}

/// The chain of the model of a call. Targets are left out whose key is not there, and those that are for something else. One call of
/// the secret store for each key that was not read within five minutes.
pub(super) async fn chain_of(ctx: &Ctx, call: &ModelCall, settings: &AiSettings) -> Result<AiChain, AskFailure> {
    let refused = || AskFailure::Step(RunStepFault::Refused);
    let model = settings.model(&call.request.model).ok_or_else(refused)?;
    let mut targets = Vec::new();
    for setup in &model.targets {
        let Some(provider) = settings.provider(&setup.provider) else { continue };
        let kind = provider_of(provider.kind);
        let known = PriceList::built_in().find(kind, setup.model.as_str());
        if known.is_some_and(|known| known.used_for != ModelUse::Chat) {
            continue;
        }
        let key = match &provider.key {
            None => Some(Secret::new(NO_KEY.to_owned())),
            Some(key) => ctx.ai_key(call.scope.tenant(), key.id).await.map_err(ours)?,
        };
        let base_url = provider.base_url.clone().or_else(|| kind.base_url(&ctx.config().providers));
        let (Some(key), Some(base_url)) = (key, base_url) else {
            tracing::error!(ai.provider = %kind, "a key of a provider is not in the secret store");
            continue;
        };
        targets.push(AiTarget {
            provider: kind,
            model: setup.model.as_str().to_owned(),
            base_url,
            key,
            account: call.scope.tenant().to_string(),
            price: price_of(ctx, setup, kind)?,
            context_tokens: setup.context_tokens.map(u64::from).or_else(|| known.map(|known| known.context_tokens)),
        });
    }
    AiChain::new(targets).map_err(|_none| refused())
}

/// What the tokens of a target cost: as the tenant says, or as the provider does. Without a price nothing is called.
fn price_of(ctx: &Ctx, setup: &TargetSetup, kind: AiProvider) -> Result<TokenPrice, AskFailure> {
    match setup.prices {
        Some(OwnPrices { input, cache_read, cache_write, output }) => {
            let rates = TokenRates {
                uncached: input.get(),
                cache_read: cache_read.get(),
                cache_write: cache_write.get(),
                output: output.get(),
            };
            Ok(TokenPrice { rates, long: None })
        }
        None => PriceList::built_in()
            .price(kind, setup.model.as_str(), ctx.now())
            .map_err(|error| AskFailure::Step(fault_of(&error))),
    }
}
