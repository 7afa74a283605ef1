//! A product, as callers see one.

use catalogue::{
    Attribute, Barcode, CatalogueSlug, Dimensions, Grams, Image, ListPrice, OptionWord, PriceKey, Product,
    ProductDescription, ProductOption, ProductStatus, ProductTitle, Variant, VariantPrice, WholeProduct,
};
use kernel::{CategoryId, Money, ProductId, Sku, Timestamp, VariantId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::products::sight::Sight;

/// A product with its variants.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductView {
    pub id: ProductId,
    pub title: ProductTitle,
    /// What it is called in addresses now. Who asked for it by another slug sends readers on to this one.
    pub slug: CatalogueSlug,
    /// Null where nothing is told.
    pub description: Option<ProductDescription>,
    pub status: ProductStatus,
    /// When it was published, or will be; null for what is neither.
    pub published_at: Option<Timestamp>,
    pub options: Vec<ProductOption>,
    pub category_ids: Vec<CategoryId>,
    pub attributes: Vec<Attribute>,
    pub images: Vec<Image>,
    /// What can be bought, in the order in which it was made.
    pub variants: Vec<VariantView>,
    pub created_at: Timestamp,
}

/// A variant of a product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VariantView {
    pub id: VariantId,
    pub sku: Sku,
    /// One value for each option of the product, in their order.
    pub option_values: Vec<OptionWord>,
    /// Null where none was given.
    pub barcode: Option<Barcode>,
    /// What one weighs; null where that was not said.
    pub weight_grams: Option<Grams>,
    /// How large one is; null where that was not said.
    pub dimensions: Option<Dimensions>,
    /// What one costs in each currency that it is sold in.
    pub prices: Vec<VariantPriceView>,
    /// Lower prices from a quantity on, and for groups of customers; these are shown to staff only.
    pub price_lists: Vec<ListPriceView>,
}

/// What a variant costs in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VariantPriceView {
    pub price: Money,
    /// Since when.
    pub since: Timestamp,
    /// The lowest price of the 30 days before, where this one is lower than what it took the place of; null where it is not.
    /// Shops in the European Union show it beside a reduced price.
    pub prior_price: Option<Money>,
}

/// A price of a price list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListPriceView {
    pub key: PriceKey,
    /// For this group of customers only; null for everybody.
    pub group: Option<PriceKey>,
    /// From so many of the variant on.
    pub min_quantity: u32,
    /// What one costs then.
    pub price: Money,
}

/// A product in a list, without its variants.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedProduct {
    pub id: ProductId,
    pub title: ProductTitle,
    pub slug: CatalogueSlug,
    pub status: ProductStatus,
    /// When it was published, or will be; null for what is neither.
    pub published_at: Option<Timestamp>,
    pub category_ids: Vec<CategoryId>,
    /// Its first image; null where there is none.
    pub image: Option<Image>,
    /// What its cheapest variant costs in each currency.
    pub prices_from: Vec<Money>,
    /// How many variants it has.
    pub variant_count: usize,
    pub created_at: Timestamp,
}

impl ProductView {
    /// The product as it stands at `now`, as far as somebody sees it.
    pub(crate) fn of(article: &WholeProduct, sight: Sight, now: Timestamp) -> Self {
        let Product { text, .. } = &article.product;
        Self {
            id: article.product.id,
            title: text.title.clone(),
            slug: article.product.slug.clone(),
            description: text.description.clone(),
            status: article.product.stands(now),
            published_at: article.product.published_at(),
            options: text.options.clone(),
            category_ids: text.category_ids.clone(),
            attributes: text.attributes.clone(),
            images: text.images.clone(),
            variants: article.variants.iter().map(|one| VariantView::of(one, sight)).collect(),
            created_at: article.product.created_at,
        }
    }
}

impl VariantView {
    fn of(variant: &Variant, sight: Sight) -> Self {
        let is_shown = |one: &&ListPrice| sight == Sight::Whole || one.group.is_none();
        Self {
            id: variant.id,
            sku: variant.sku.clone(),
            option_values: variant.option_values.clone(),
            barcode: variant.barcode.clone(),
            weight_grams: variant.weight_grams,
            dimensions: variant.dimensions,
            prices: variant.prices.iter().map(VariantPriceView::from).collect(),
            price_lists: variant.price_lists.iter().filter(is_shown).map(ListPriceView::from).collect(),
        }
    }
}

impl From<&VariantPrice> for VariantPriceView {
    fn from(one: &VariantPrice) -> Self {
        Self { price: one.price, since: one.since, prior_price: one.prior }
    }
}

impl From<&ListPrice> for ListPriceView {
    fn from(one: &ListPrice) -> Self {
        let ListPrice { key, group, min_quantity, price } = one.clone();
        Self { key, group, min_quantity, price }
    }
}

impl ListedProduct {
    /// The product as it stands at `now`.
    pub(crate) fn of(product: &Product, now: Timestamp) -> Self {
        Self {
            id: product.id,
            title: product.text.title.clone(),
            slug: product.slug.clone(),
            status: product.stands(now),
            published_at: product.published_at(),
            category_ids: product.text.category_ids.clone(),
            image: product.text.images.first().cloned(),
            prices_from: product.prices_from.clone(),
            variant_count: product.variant_ids.len(),
            created_at: product.created_at,
        }
    }
}
