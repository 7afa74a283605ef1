//! From a model as the tenant names it to the chain that is called.

use ai_budget::{AiSettings, NamedModel, OwnPrices, ProviderKind, TargetSetup};
use cloud::{Ctx, PortError};
use kernel::{Secret, TenantId};

use crate::{AiChain, AiError, AiProvider, AiTarget, ModelUse, PriceList, TokenPrice, TokenRates};

/// What a server is sent as a key that takes none.
const NO_KEY: &str = "none";

/// Why a model cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// As it is set up, nobody can be asked.
    #[error(transparent)]
    Model(#[from] AiError),
    /// The secret store does not answer.
    #[error(transparent)]
    Secrets(#[from] PortError),
}

/// A model that can be called.
#[derive(Clone, Debug)]
pub struct CalledModel {
    /// Who is asked, one after the other.
    pub chain: AiChain,
    /// How many tokens any of them writes at most, where that is known.
    pub most_output: Option<u32>,
}

impl From<ProviderKind> for AiProvider {
    fn from(kind: ProviderKind) -> Self {
        match kind {
            ProviderKind::Openai => Self::OpenAi,
            ProviderKind::Anthropic => Self::Anthropic,
            ProviderKind::Gemini => Self::Gemini,
            ProviderKind::Deepseek => Self::DeepSeek,
            ProviderKind::Compatible => Self::Compatible,
        }
    }
}

/// The chain of a model. Targets are left out whose key is not there, and those that are known to be for something else. One call of
/// the secret store for each key that was not read within 5 minutes.
///
/// # Errors
/// `Model`: `UnknownModel` where no price is known, `Unavailable` where nobody is left, `Malformed` where all are for something else;
/// `Secrets`.
pub async fn chain_of(
    ctx: &Ctx,
    tenant: TenantId,
    settings: &AiSettings,
    (model, used_for): (&NamedModel, ModelUse),
) -> Result<CalledModel, SetupError> {
    let (mut targets, mut most_output) = (Vec::new(), Some(0_u32));
    let mut is_for_else = false;
    for setup in &model.targets {
        let Some(provider) = settings.provider(&setup.provider) else { continue };
        let kind = AiProvider::from(provider.kind);
        let known = PriceList::built_in().find(kind, setup.model.as_str());
        if known.is_some_and(|known| known.used_for != used_for) {
            is_for_else = true;
            continue;
        }
        let key = match &provider.key {
            None => Some(Secret::new(NO_KEY.to_owned())),
            Some(key) => ctx.ai_key(tenant, key.id).await?,
        };
        let Some(key) = key else {
            tracing::error!(ai.provider = %kind, "a key of a provider is not in the secret store");
            continue;
        };
        let own_place = || kind.base_url(&ctx.config().providers);
        let Some(base_url) = provider.base_url.clone().or_else(own_place) else { continue };
        most_output = most_output.zip(known.map(|known| known.output_tokens)).map(|(one, other)| one.max(other));
        targets.push(AiTarget {
            provider: kind,
            model: setup.model.as_str().to_owned(),
            base_url,
            key,
            account: tenant.to_string(),
            price: price_of(setup, kind, ctx)?,
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
        return Err(error.into());
    }
    Ok(CalledModel { chain: AiChain::new(targets)?, most_output })
}

/// What the tokens of a target cost: as the tenant says, or as the provider does. Without a price nothing is called.
fn price_of(setup: &TargetSetup, kind: AiProvider, ctx: &Ctx) -> Result<TokenPrice, AiError> {
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
        None => PriceList::built_in().price(kind, setup.model.as_str(), ctx.now()),
    }
}
