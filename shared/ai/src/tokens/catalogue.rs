//! The models whose prices are known, as data: `catalogue.json`.
//!
//! Prices are those of the providers' own price pages, in billionths of a dollar for a token, rounded up, each from the instant since
//! which it holds. A new price is a new entry; an old one stays, so that what was used then costs what it did.

use std::sync::LazyLock;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AiError, AiProvider, TokenPrice};

/// Models and their prices.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct PriceList(Vec<KnownModel>);

/// A model whose price is known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KnownModel {
    /// Whose it is.
    pub provider: AiProvider,
    /// What the provider calls it.
    pub id: String,
    /// What it is for.
    #[serde(rename = "use")]
    pub used_for: ModelUse,
    /// How many tokens it reads and writes at most, together.
    pub context_tokens: u64,
    /// How many of them it writes at most; 0 for vectors.
    pub output_tokens: u32,
    /// Its prices, oldest first.
    prices: Vec<DatedPrice>,
}

/// A price and since when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DatedPrice {
    from: Timestamp,
    price: TokenPrice,
}

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelUse {
    /// Conversations.
    Chat,
    /// Vectors of texts.
    Embeddings,
}

static BUILT_IN: LazyLock<PriceList> = LazyLock::new(|| {
    // A test reads it, so that it cannot fail here; without it every model is unknown, and nothing is called.
    serde_json::from_str(include_str!("catalogue.json")).unwrap_or_else(|_| PriceList(Vec::new()))
});

impl PriceList {
    /// The models of `catalogue.json`.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// All models.
    pub fn models(&self) -> &[KnownModel] {
        &self.0
    }

    /// A model by whose it is and what that calls it.
    pub fn find(&self, provider: AiProvider, id: &str) -> Option<&KnownModel> {
        self.0.iter().find(|model| model.provider == provider && model.id == id)
    }

    /// What a model costs at an instant.
    ///
    /// # Errors
    /// `UnknownModel`: it is not on the list, or had no price yet. Nothing of it may be called then.
    pub fn price(&self, provider: AiProvider, id: &str, at: Timestamp) -> Result<TokenPrice, AiError> {
        let price = self.find(provider, id).and_then(|model| model.price_at(at));
        price.ok_or_else(|| AiError::UnknownModel { model: id.to_owned() })
    }
}

impl KnownModel {
    /// What it costs at an instant; `None` before its first price.
    pub fn price_at(&self, at: Timestamp) -> Option<TokenPrice> {
        self.prices.iter().rev().find(|dated| dated.from <= at).map(|dated| dated.price)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_list_is_read_and_every_class_of_every_model_has_a_price() {
        let list: PriceList = serde_json::from_str(include_str!("catalogue.json")).unwrap();
        assert_eq!(&list, PriceList::built_in());
        let names: BTreeSet<_> = list.models().iter().map(|model| (model.provider.as_str(), &model.id)).collect();
        assert_eq!(names.len(), list.models().len(), "each model is there once");
        for model in list.models() {
            let named = format!("{} {}", model.provider, model.id);
            assert_ne!(model.provider, AiProvider::Compatible, "{named}: whoever runs a server sets its prices");
            assert!(model.context_tokens > u64::from(model.output_tokens), "{named}");
            assert!(!model.prices.is_empty(), "{named}");
            assert!(model.prices.is_sorted_by(|one, next| one.from < next.from), "{named}");
            for DatedPrice { price, .. } in &model.prices {
                for rates in [Some(price.rates), price.long.map(|long| long.rates)].into_iter().flatten() {
                    let reads = [rates.uncached, rates.cache_read, rates.cache_write];
                    assert!(reads.iter().all(|rate| *rate > 0), "{named}: a class costs nothing");
                    assert_eq!(rates.output > 0, model.used_for == ModelUse::Chat, "{named}");
                    assert!(rates.uncached >= rates.cache_read && rates.cache_write >= rates.uncached, "{named}");
                }
                let longer = price.long.is_none_or(|long| long.rates.uncached > price.rates.uncached);
                assert!(longer, "{named}");
            }
        }
        for provider in [AiProvider::OpenAi, AiProvider::Anthropic, AiProvider::Gemini, AiProvider::DeepSeek] {
            assert!(list.models().iter().any(|model| model.provider == provider), "{provider}");
        }
    }

    #[test]
    fn ai_t25_an_unknown_model_is_refused_before_the_call() {
        let list = PriceList::built_in();
        let unknown = list.price(AiProvider::OpenAi, "gpt-nobody", at("2026-12-01T00:00:00Z"));
        assert_eq!(unknown, Err(AiError::UnknownModel { model: "gpt-nobody".to_owned() }));
        let elsewhere = list.price(AiProvider::Anthropic, "gpt-5.4-mini", at("2026-12-01T00:00:00Z"));
        assert!(elsewhere.is_err(), "a name is a name of its provider");
    }

    #[test]
    fn a_price_holds_from_its_instant() {
        let of = |instant| {
            let price = PriceList::built_in().price(AiProvider::DeepSeek, "deepseek-v4-flash", at(instant));
            price.map(|price| price.rates.cache_read).ok()
        };
        assert_eq!(of("2026-01-01T00:00:00Z"), None, "before its first day");
        assert_eq!(of("2026-04-26T12:14:59.999Z"), Some(28));
        assert_eq!(of("2026-04-26T12:15:00Z"), Some(3));
    }
}
