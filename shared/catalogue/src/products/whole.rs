//! A product with its variants, which is changed as a whole.

use kernel::{Currency, Field, Money, ProductId, Sku, Timestamp, VariantId};

use crate::{
    Barcode, CatalogueError, CatalogueSlug, Dimensions, Grams, ListPrice, NewProduct, OptionWord, PriceEntry, Product,
    ProductStatus, ProductText, Variant, VariantPrice,
    products::{
        price::{When, changed_prices},
        product::SaleDecision,
    },
};

/// How many variants a product has at most.
pub const MOST_VARIANTS: usize = 100;
/// How many variants come or go with one change: each is two writes of a transaction, which has a hundred.
pub const MOST_AT_ONCE: usize = 30;

/// A product and its variants, in the order in which these were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeProduct {
    /// The product.
    pub product: Product,
    /// Its variants.
    pub variants: Vec<Variant>,
}

/// What makes a variant.
#[derive(Clone, Debug)]
pub struct NewVariant {
    /// Which one.
    pub id: VariantId,
    /// What the tenant calls it.
    pub sku: Sku,
    /// One value for each option of the product.
    pub option_values: Vec<OptionWord>,
    /// The number below its bar code.
    pub barcode: Option<Barcode>,
    /// What one weighs.
    pub weight_grams: Option<Grams>,
    /// How large one is.
    pub dimensions: Option<Dimensions>,
    /// What one costs, at most once for each currency.
    pub prices: Vec<Money>,
    /// What one costs some customers, or many of them.
    pub price_lists: Vec<ListPrice>,
}

/// What changes of a variant.
#[derive(Clone, Debug, Default)]
pub struct VariantEdit {
    /// Another SKU.
    pub sku: Option<Sku>,
    /// Other values.
    pub option_values: Option<Vec<OptionWord>>,
    /// Another number below its bar code, or none.
    pub barcode: Field<Barcode>,
    /// Another weight, or none.
    pub weight_grams: Field<Grams>,
    /// Another size, or none.
    pub dimensions: Field<Dimensions>,
    /// All prices.
    pub prices: Option<Vec<Money>>,
    /// All list prices.
    pub price_lists: Option<Vec<ListPrice>>,
}

/// What becomes of a product that is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It was never on sale: nothing names it, and it goes.
    Deleted,
    /// It is kept, and sold no more.
    Archived(Box<WholeProduct>),
    /// It is that already.
    Kept,
}

impl Variant {
    pub(crate) fn new(new: NewVariant, now: Timestamp) -> Self {
        let mut prices: Vec<VariantPrice> =
            new.prices.into_iter().map(|price| VariantPrice { price, since: now, prior: None }).collect();
        prices.sort_by_key(|one| one.price.currency());
        Self {
            id: new.id,
            sku: new.sku,
            option_values: new.option_values,
            barcode: new.barcode,
            weight_grams: new.weight_grams,
            dimensions: new.dimensions,
            prices,
            price_lists: new.price_lists,
        }
    }
}

impl WholeProduct {
    /// A draft with its first variants.
    ///
    /// # Errors
    /// `OptionsMismatch`, `VariantExists`, `TooManyVariants`; `SkuTaken` when two of them have the same SKU.
    pub fn new(product: NewProduct, variants: Vec<NewVariant>, now: Timestamp) -> Result<Self, CatalogueError> {
        let variants = variants.into_iter().map(|new| Variant::new(new, now)).collect();
        Self { product: Product::new(product, now), variants }.checked(now)
    }

    /// With other texts, and another slug if one is given. Variants and prices stay.
    ///
    /// # Errors
    /// `OptionsMismatch` when its variants are not of the new options.
    pub fn rewritten(
        &self,
        text: ProductText,
        slug: Option<CatalogueSlug>,
        now: Timestamp,
    ) -> Result<Self, CatalogueError> {
        let slug = slug.unwrap_or_else(|| self.product.slug.clone());
        let product = Product { text, ..self.product.called(slug) };
        self.next(product, self.variants.clone()).checked(now)
    }

    /// With one more variant.
    ///
    /// # Errors
    /// As [`Self::new`], and `NotSellable`.
    pub fn with_variant(&self, new: NewVariant, now: Timestamp) -> Result<Self, CatalogueError> {
        let variants = self.variants.iter().cloned().chain([Variant::new(new, now)]).collect();
        self.next(self.product.clone(), variants).checked(now)
    }

    /// With a variant that is changed; `None` when there is no such variant. `history` is of the 30 days before.
    ///
    /// # Errors
    /// As [`Self::with_variant`].
    pub fn with_changed_variant(
        &self,
        id: VariantId,
        edit: VariantEdit,
        history: &[PriceEntry],
        now: Timestamp,
    ) -> Result<Option<Self>, CatalogueError> {
        let Some(old) = self.variants.iter().find(|one| one.id == id) else { return Ok(None) };
        let when = When { at: now, was_on_sale: self.product.was_on_sale(now) };
        let prices = edit.prices.map_or_else(|| old.prices.clone(), |new| changed_prices(old, new, history, when));
        let changed = Variant {
            id,
            sku: edit.sku.unwrap_or_else(|| old.sku.clone()),
            option_values: edit.option_values.unwrap_or_else(|| old.option_values.clone()),
            barcode: edit.barcode.apply(old.barcode.clone()),
            weight_grams: edit.weight_grams.apply(old.weight_grams),
            dimensions: edit.dimensions.apply(old.dimensions),
            prices,
            price_lists: edit.price_lists.unwrap_or_else(|| old.price_lists.clone()),
        };
        let variants = self.variants.iter().map(|one| if one.id == id { &changed } else { one }).cloned().collect();
        self.next(self.product.clone(), variants).checked(now).map(Some)
    }

    /// Without a variant; `None` when there is no such variant.
    ///
    /// # Errors
    /// `NotSellable` for the last one of what is on sale.
    pub fn without_variant(&self, id: VariantId, now: Timestamp) -> Result<Option<Self>, CatalogueError> {
        let variants: Vec<Variant> = self.variants.iter().filter(|one| one.id != id).cloned().collect();
        if variants.len() == self.variants.len() {
            return Ok(None);
        }
        self.next(self.product.clone(), variants).checked(now).map(Some)
    }

    /// On sale from `at` on, or from now on; `None` when it is that already. What is on sale stays so: an instant to come is
    /// for what is not.
    ///
    /// # Errors
    /// `NotSellable`.
    pub fn published(&self, at: Option<Timestamp>, now: Timestamp) -> Result<Option<Self>, CatalogueError> {
        let at = at.map_or(now, |at| at.max(now));
        if self.product.is_on_sale(now) || self.product.published_at() == Some(at) {
            return Ok(None);
        }
        let product = self.product.decided(SaleDecision::Published, at, now);
        self.next(product, self.variants.clone()).checked(now).map(Some)
    }

    /// As it is when its instant has come, to be told of; `None` when that is no longer its instant, or not yet there.
    pub fn announced(&self, at: Timestamp, now: Timestamp) -> Option<Self> {
        let has_come = self.product.published_at() == Some(at) && at <= now;
        has_come.then(|| self.next(self.product.clone(), self.variants.clone()))
    }

    /// Sold no more; `None` when it is that already.
    pub fn archived(&self, now: Timestamp) -> Option<Self> {
        if self.product.stands(now) == ProductStatus::Archived {
            return None;
        }
        let product = self.product.decided(SaleDecision::Archived, now, now);
        Some(self.next(product, self.variants.clone()))
    }

    /// What becomes of it when it is to be deleted: what was on sale may stand in orders, and is archived. So is what has more
    /// variants than one transaction takes away.
    pub fn removal(&self, now: Timestamp) -> Removal {
        if !self.product.was_on_sale(now) && self.variants.len() <= MOST_AT_ONCE {
            return Removal::Deleted;
        }
        self.archived(now).map_or(Removal::Kept, |archived| Removal::Archived(Box::new(archived)))
    }

    /// The variant of this id.
    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|one| one.id == id)
    }

    /// The product's id.
    pub const fn id(&self) -> ProductId {
        self.product.id
    }

    pub(crate) fn next(&self, product: Product, variants: Vec<Variant>) -> Self {
        let product = Product { version: self.product.version + 1, ..product };
        Self { product, variants }
    }

    /// That it is one that may be, with what its row says of its variants.
    pub(crate) fn checked(mut self, now: Timestamp) -> Result<Self, CatalogueError> {
        if self.variants.len() > MOST_VARIANTS {
            return Err(CatalogueError::TooManyVariants { most: MOST_VARIANTS });
        }
        for (place, variant) in self.variants.iter().enumerate() {
            if !self.offers(&variant.option_values) {
                return Err(CatalogueError::OptionsMismatch);
            }
            for before in self.variants.iter().take(place) {
                if before.option_values == variant.option_values {
                    return Err(CatalogueError::VariantExists);
                }
                if before.sku == variant.sku {
                    return Err(CatalogueError::SkuTaken(variant.sku.clone()));
                }
            }
        }
        let is_sold = matches!(self.product.stands(now), ProductStatus::Active | ProductStatus::Scheduled);
        if is_sold && (self.variants.is_empty() || self.variants.iter().any(|one| one.prices.is_empty())) {
            return Err(CatalogueError::NotSellable);
        }
        self.product.variant_ids = self.variants.iter().map(|one| one.id).collect();
        self.product.prices_from = self.lowest_prices();
        Ok(self)
    }

    /// Whether these values are one for each option.
    fn offers(&self, values: &[OptionWord]) -> bool {
        let options = &self.product.text.options;
        values.len() == options.len() && options.iter().zip(values).all(|(option, value)| option.values.contains(value))
    }

    fn lowest_prices(&self) -> Vec<Money> {
        let prices = || self.variants.iter().flat_map(|one| &one.prices).map(|one| one.price);
        let mut currencies: Vec<Currency> = prices().map(Money::currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        let lowest = |currency| prices().filter(|one| one.currency() == currency).min_by_key(|one| one.minor());
        currencies.into_iter().filter_map(lowest).collect()
    }
}
