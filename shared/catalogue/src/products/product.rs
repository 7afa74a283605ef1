//! A product: what is told of a thing that is sold, and whether it is.

use kernel::{CategoryId, Money, ProductId, Timestamp, VariantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AttributeValue, CatalogueSlug, ImageUrl, OptionWord, ProductDescription, ProductTitle};

/// How many slugs that a product had lead to it still; the oldest one goes first.
const MOST_FORMER_SLUGS: usize = 20;

/// A product, as stored. Its variants have rows of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Which one.
    pub id: ProductId,
    /// What is told of it.
    #[serde(flatten)]
    pub text: ProductText,
    /// What it is called in addresses.
    pub slug: CatalogueSlug,
    /// What it was called before, and is found by still; newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_slugs: Vec<CatalogueSlug>,
    /// What somebody decided of it.
    pub status: SaleDecision,
    /// Since when that holds; for what is published at an instant to come, from then on.
    pub since: Timestamp,
    /// Whether somebody could buy it before that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sold_before: bool,
    /// Its variants, in the order in which they were made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variant_ids: Vec<VariantId>,
    /// What the cheapest of them costs in each currency, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices_from: Vec<Money>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Raised by every change of it or of a variant, from 1.
    pub version: u64,
}

/// What is told of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductText {
    /// What it is called.
    pub title: ProductTitle,
    /// What is told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<ProductDescription>,
    /// What can be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ProductOption>,
    /// Where it is found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category_ids: Vec<CategoryId>,
    /// What else is true of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// What it looks like, the first one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

/// What can be chosen, such as a size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(description = "What can be chosen of a product, such as a size")]
pub struct ProductOption {
    /// What it is called, such as `Size`.
    pub name: OptionWord,
    /// What there is to choose from, each once.
    #[schema(min_items = 1, max_items = 20)]
    pub values: Vec<OptionWord>,
}

/// What is true of a product, such as its material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProductAttribute, description = "What is true of a product, such as its material")]
pub struct Attribute {
    /// What it is called, such as `Material`.
    pub name: OptionWord,
    /// What it is.
    pub value: AttributeValue,
}

/// A picture of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProductImage, description = "A picture of a product")]
pub struct Image {
    /// Where it is.
    pub url: ImageUrl,
    /// What it shows, for who cannot see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<AttributeValue>,
}

/// What somebody decided of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaleDecision {
    /// It is being written.
    Draft,
    /// It is on sale from an instant on.
    Published,
    /// It is sold no more.
    Archived,
}

/// How a product stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How a product stands: being written, to be published, on sale, or sold no more")]
pub enum ProductStatus {
    /// It is being written.
    Draft,
    /// It will be on sale.
    Scheduled,
    /// It is on sale.
    Active,
    /// It is sold no more.
    Archived,
}

/// What makes a product.
#[derive(Clone, Debug)]
pub struct NewProduct {
    /// Which one.
    pub id: ProductId,
    /// What is told of it.
    pub text: ProductText,
    /// What it is called in addresses.
    pub slug: CatalogueSlug,
}

impl Product {
    /// A draft.
    pub(crate) fn new(new: NewProduct, now: Timestamp) -> Self {
        Self {
            id: new.id,
            text: new.text,
            slug: new.slug,
            former_slugs: Vec::new(),
            status: SaleDecision::Draft,
            since: now,
            sold_before: false,
            variant_ids: Vec::new(),
            prices_from: Vec::new(),
            created_at: now,
            version: 1,
        }
    }

    /// How it stands at `now`: what is to be published is so from its instant on, whether or not anything ran then.
    pub fn stands(&self, now: Timestamp) -> ProductStatus {
        match self.status {
            SaleDecision::Draft => ProductStatus::Draft,
            SaleDecision::Published if now < self.since => ProductStatus::Scheduled,
            SaleDecision::Published => ProductStatus::Active,
            SaleDecision::Archived => ProductStatus::Archived,
        }
    }

    /// Whether somebody can buy it.
    pub fn is_on_sale(&self, now: Timestamp) -> bool {
        self.stands(now) == ProductStatus::Active
    }

    /// Whether somebody can buy it, or ever could: orders may name it then.
    pub fn was_on_sale(&self, now: Timestamp) -> bool {
        self.sold_before || self.is_on_sale(now)
    }

    /// When it was or will be published, while that holds.
    pub fn published_at(&self) -> Option<Timestamp> {
        (self.status == SaleDecision::Published).then_some(self.since)
    }

    /// Decided anew, from `since` on.
    pub(crate) fn decided(&self, status: SaleDecision, since: Timestamp, now: Timestamp) -> Self {
        Self { status, since, sold_before: self.was_on_sale(now), ..self.clone() }
    }

    /// With another slug; the one before leads to it still. One that it had before becomes its slug again.
    pub(crate) fn called(&self, slug: CatalogueSlug) -> Self {
        if slug == self.slug {
            return self.clone();
        }
        let former = [&self.slug].into_iter().chain(&self.former_slugs).filter(|one| **one != slug);
        let former_slugs = former.take(MOST_FORMER_SLUGS).cloned().collect();
        Self { slug, former_slugs, ..self.clone() }
    }

    /// All slugs that lead to it.
    pub(crate) fn slugs(&self) -> impl Iterator<Item = &CatalogueSlug> {
        [&self.slug].into_iter().chain(&self.former_slugs)
    }
}
