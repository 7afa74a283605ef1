//! From a model as the tenant names it to the chain that is called.

use ai::{AiChain, AiError, AiProvider, AiTarget, ModelUse, PriceList, TokenPrice, TokenRates};
use ai_budget::{AiSettings, NamedModel, OwnPrices, ProviderKind, TargetSetup};
use kernel::Secret;
use table::TenantScope;
use web::{Api, Problem};

use crate::openai_errors::of_models;

/// What a server is sent as a key that takes none.
const NO_KEY: &str = "none";

/// A model that can be called.
pub(crate) struct CalledModel {
    /// Who is asked, one after the other.
    pub(crate) chain: AiChain,
    /// How many tokens any of them writes at most, where that is known.
    pub(crate) most_output: Option<u32>,
}

/// How a provider is called that is of this kind.
pub(crate) const fn provider_of(kind: ProviderKind) -> AiProvider {
    match kind {
        ProviderKind::Openai => AiProvider::OpenAi,
        ProviderKind::Anthropic => AiProvider::Anthropic,
        ProviderKind::Gemini => AiProvider::Gemini,
        ProviderKind::Deepseek => AiProvider::DeepSeek,
        ProviderKind::Compatible => AiProvider::Compatible,
    }
}

/// The chain of a model. Targets are left out whose key is not there, and those that are known to be for something else. One call of
/// the secret store for each key that was not read within 5 minutes.
///
/// # Errors
/// 400 `AI_MODEL_UNKNOWN` where no price is known, 503 `AI_UNAVAILABLE` where nobody is left.
pub(crate) async fn chain_of(
    api: &Api,
    scope: TenantScope,
    settings: &AiSettings,
    (model, used_for): (&NamedModel, ModelUse),
) -> Result<CalledModel, Problem> {
    let (mut targets, mut most_output) = (Vec::new(), Some(0_u32));
    let mut is_for_else = false;
    for setup in &model.targets {
        let Some(provider) = settings.provider(&setup.provider) else { continue };
        let kind = provider_of(provider.kind);
        let known = PriceList::built_in().find(kind, setup.model.as_str());
        if known.is_some_and(|known| known.used_for != used_for) {
            is_for_else = true;
            continue;
        }
        let key = match &provider.key {
            None => Some(Secret::new(NO_KEY.to_owned())),
            Some(key) => api.ai_key(scope.tenant(), key.id).await?,
        };
        let Some(key) = key else {
            tracing::error!(ai.provider = %kind, "a key of a provider is not in the secret store");
            continue;
        };
        let own_place = || kind.base_url(&api.config().providers);
        let Some(base_url) = provider.base_url.clone().or_else(own_place) else { continue };
        most_output = most_output.zip(known.map(|known| known.output_tokens)).map(|(one, other)| one.max(other));
        targets.push(AiTarget {
            provider: kind,
            model: setup.model.as_str().to_owned(),
            base_url,
            key,
            account: scope.tenant().to_string(),
            price: price_of(setup, kind, api).map_err(|error| of_models(&error))?,
            context_tokens: setup.context_tokens.map(u64::from).or_else(|| known.map(|known| known.context_tokens)),
        });
    }
    if targets.is_empty() {
        let error = if is_for_else {
            let message = "this model is not for that: chat and embeddings have models of their own".to_owned();
            AiError::Malformed { param: Some("model".to_owned()), message }
        } else {
            AiError::Unavailable
        };
        return Err(of_models(&error));
    }
    let chain = AiChain::new(targets).map_err(|error| of_models(&error))?;
    Ok(CalledModel { chain, most_output })
}

fn price_of(setup: &TargetSetup, kind: AiProvider, api: &Api) -> Result<TokenPrice, AiError> {
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
        None => PriceList::built_in().price(kind, setup.model.as_str(), api.now()),
    }
}
