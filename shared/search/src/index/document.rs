//! A product as it is searched for and shown among hits.

use kernel::{CategoryId, Currency, Money, ProductId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many characters of a description are searched and kept. With all else at its bounds a document stays below 100 kB, and a
/// usual one below one.
pub const DESCRIPTION: usize = 4_000;
/// How many SKUs of a product are searched.
pub const SKUS: usize = 100;

/// A product that is on sale, as far as search knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchDocument {
    /// Which product.
    pub id: ProductId,
    /// What it is called.
    pub title: String,
    /// What it is called in addresses.
    pub slug: String,
    /// The beginning of what is told of it; empty where nothing is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The SKUs of its variants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skus: Vec<String>,
    /// Where it is found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category_ids: Vec<CategoryId>,
    /// What can be chosen and what is true of it: a name with a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<ProductTrait>,
    /// What its cheapest variant costs in each currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices_from: Vec<Money>,
    /// Whether one of its variants can be bought at once or on backorder.
    pub in_stock: bool,
    /// Its first image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<SearchImage>,
    /// Since when it is on sale.
    pub published_at: Timestamp,
}

/// A picture of a hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(description = "A picture of a product that was found")]
pub struct SearchImage {
    /// Where it is.
    #[schema(format = "uri", max_length = 2000, example = "https://cdn.example.com/batik.webp")]
    pub url: String,
    /// What it shows; null where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "A blue batik shirt")]
    pub alt: Option<String>,
}

/// Something that a product has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductTrait {
    /// Whether it can be chosen.
    pub kind: TraitKind,
    /// Such as `Size`.
    pub name: String,
    /// Such as `M`.
    pub value: String,
}

/// What kind of thing a trait is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TraitKind {
    /// What is true of the product.
    Attribute,
    /// What a variant can be chosen by.
    Option,
}

impl SearchDocument {
    /// About how many bytes it takes, as text or in memory.
    pub fn size_bytes(&self) -> usize {
        const FIXED: usize = 200;
        let texts = [self.title.len(), self.slug.len(), self.description.len()].iter().sum::<usize>();
        let image = self.image.as_ref().map_or(0, |image| image.url.len() + image.alt.as_ref().map_or(0, String::len));
        let skus = self.skus.iter().map(|sku| sku.len() + 24).sum::<usize>();
        let traits = self.traits.iter().map(|one| one.name.len() + one.value.len() + 56).sum::<usize>();
        FIXED + texts + image + skus + traits + 40 * (self.category_ids.len() + self.prices_from.len())
    }

    /// What it costs at least in a currency.
    pub fn price(&self, currency: Currency) -> Option<i64> {
        self.prices_from.iter().find(|price| price.currency() == currency).map(|price| price.minor())
    }
}

/// The beginning of a description that search keeps.
pub fn beginning(description: &str) -> String {
    description.chars().take(DESCRIPTION).collect()
}
