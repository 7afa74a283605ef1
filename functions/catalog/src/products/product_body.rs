//! What is said of a product when it is made or changed.

use catalogue::{
    Attribute, Barcode, CatalogueSlug, Dimensions, Grams, Image, ListPrice, MOST_AT_ONCE, NewVariant, OptionWord,
    PriceKey, ProductDescription, ProductOption, ProductText, ProductTitle,
    bounds::{
        HIGHEST_MIN_QUANTITY, HIGHEST_PRICE, MOST_ATTRIBUTES, MOST_CATEGORIES_OF_A_PRODUCT, MOST_IMAGES,
        MOST_LIST_PRICES, MOST_OPTIONS, MOST_PRICES, MOST_VALUES,
    },
};
use kernel::{CategoryId, Currency, Money, Sku, VariantId};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Problem};

/// What is told of a product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "title": "Batik shirt", "options": [{ "name": "Size", "values": ["S", "M"] }] }))]
pub struct ProductBody {
    pub title: ProductTitle,
    /// Another slug; the one that it has leads to it still.
    pub slug: Option<CatalogueSlug>,
    pub description: Option<ProductDescription>,
    /// What can be chosen. Each variant has one value of each.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub options: Vec<ProductOption>,
    /// Where it is found.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub category_ids: Vec<CategoryId>,
    /// What else is true of it, each name once.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub attributes: Vec<Attribute>,
    /// What it looks like, the most important one first.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub images: Vec<Image>,
}

/// A variant to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "sku": "TEE-M", "optionValues": ["M"], "prices": [{ "amount": 120_000, "currency": "IDR" }] }))]
pub struct VariantBody {
    pub sku: Sku,
    /// One value for each option of the product, in their order.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub option_values: Vec<OptionWord>,
    pub barcode: Option<Barcode>,
    /// What one weighs, with its wrapping.
    pub weight_grams: Option<Grams>,
    /// How large one is, with its wrapping.
    pub dimensions: Option<Dimensions>,
    /// What one costs, once for each currency that it is sold in.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub prices: Vec<Money>,
    /// What one costs some customers, or from a quantity on. The lowest price that applies holds.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub price_lists: Vec<ListPriceBody>,
}

/// A price of a price list.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ListPriceInput)]
pub struct ListPriceBody {
    /// Which price list.
    pub key: PriceKey,
    /// For this group of customers only; for everybody when left out.
    pub group: Option<PriceKey>,
    /// From so many of the variant on; 1 when left out.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1_000_000, default = 1)]
    pub min_quantity: u32,
    /// What one costs then, in a currency that the variant has a price in.
    pub price: Money,
}

const fn one() -> u32 {
    1
}

impl ProductBody {
    /// What is told, and the slug that was given.
    ///
    /// # Errors
    /// 422: what there is too much of, or twice.
    pub(crate) fn checked(self) -> Result<(ProductText, Option<CatalogueSlug>), Problem> {
        let text = ProductText {
            title: self.title,
            description: self.description,
            options: self.options,
            category_ids: self.category_ids,
            attributes: self.attributes,
            images: self.images,
        };
        check_text(&text)?;
        Ok((text, self.slug))
    }
}

/// That there is not too much of anything, and nothing twice.
///
/// # Errors
/// 422.
pub(crate) fn check_text(text: &ProductText) -> Result<(), Problem> {
    at_most("/options", text.options.len(), MOST_OPTIONS)?;
    each_once("/options", text.options.iter().map(|option| option.name.as_str()))?;
    for (place, option) in text.options.iter().enumerate() {
        let pointer = format!("/options/{place}/values");
        if option.values.is_empty() {
            return Err(Problem::invalid(&pointer, "INVALID_LENGTH", "name at least one value"));
        }
        at_most(&pointer, option.values.len(), MOST_VALUES)?;
        each_once(&pointer, option.values.iter().map(OptionWord::as_str))?;
    }
    at_most("/categoryIds", text.category_ids.len(), MOST_CATEGORIES_OF_A_PRODUCT)?;
    each_once("/categoryIds", text.category_ids.iter().map(ToString::to_string))?;
    at_most("/attributes", text.attributes.len(), MOST_ATTRIBUTES)?;
    each_once("/attributes", text.attributes.iter().map(|one| one.name.as_str()))?;
    at_most("/images", text.images.len(), MOST_IMAGES)
}

impl VariantBody {
    /// The variant to be made; `place` is where it stands in the body.
    ///
    /// # Errors
    /// 422.
    pub(crate) fn checked(self, api: &Api, place: &str) -> Result<NewVariant, Problem> {
        check_prices(place, &self.prices)?;
        Ok(NewVariant {
            id: VariantId::new(api.new_ulid()),
            sku: self.sku,
            option_values: self.option_values,
            barcode: self.barcode,
            weight_grams: self.weight_grams,
            dimensions: self.dimensions,
            prices: self.prices,
            price_lists: checked_lists(place, self.price_lists)?,
        })
    }
}

/// The variants that a product begins with.
///
/// # Errors
/// 422.
pub(crate) fn checked_variants(api: &Api, variants: Vec<VariantBody>) -> Result<Vec<NewVariant>, Problem> {
    at_most("/variants", variants.len(), MOST_AT_ONCE)?;
    variants.into_iter().enumerate().map(|(place, one)| one.checked(api, &format!("/variants/{place}"))).collect()
}

/// That there is at most one price for each currency, and that each is one.
///
/// # Errors
/// 422.
pub(crate) fn check_prices(place: &str, prices: &[Money]) -> Result<(), Problem> {
    at_most(&format!("{place}/prices"), prices.len(), MOST_PRICES)?;
    for (number, price) in prices.iter().enumerate() {
        let currency = |one: &Money| -> Currency { one.currency() };
        if prices.iter().take(number).any(|before| currency(before) == currency(price)) {
            let detail = "give one price for each currency";
            return Err(Problem::invalid(&format!("{place}/prices/{number}/currency"), "INVALID_VALUE", detail));
        }
        check_price(&format!("{place}/prices/{number}/amount"), *price)?;
    }
    Ok(())
}

/// The list prices of a variant.
///
/// # Errors
/// 422.
pub(crate) fn checked_lists(place: &str, lists: Vec<ListPriceBody>) -> Result<Vec<ListPrice>, Problem> {
    at_most(&format!("{place}/priceLists"), lists.len(), MOST_LIST_PRICES)?;
    let mut checked: Vec<ListPrice> = Vec::new();
    for (number, list) in lists.into_iter().enumerate() {
        let pointer = format!("{place}/priceLists/{number}");
        if !(1..=HIGHEST_MIN_QUANTITY).contains(&list.min_quantity) {
            return Err(Problem::invalid(&format!("{pointer}/minQuantity"), "INVALID_VALUE", "use 1 to 1000000"));
        }
        check_price(&format!("{pointer}/price/amount"), list.price)?;
        let ListPriceBody { key, group, min_quantity, price } = list;
        let new = ListPrice { key, group, min_quantity, price };
        let is_same = |one: &ListPrice| {
            let of = |one: &ListPrice| (one.min_quantity, one.price.currency());
            one.key == new.key && one.group == new.group && of(one) == of(&new)
        };
        if checked.iter().any(is_same) {
            let detail = "this list has a price for the group, quantity and currency already";
            return Err(Problem::invalid(&pointer, "INVALID_VALUE", detail));
        }
        checked.push(new);
    }
    Ok(checked)
}

fn check_price(pointer: &str, price: Money) -> Result<(), Problem> {
    if (0..=HIGHEST_PRICE).contains(&price.minor()) {
        return Ok(());
    }
    Err(Problem::invalid(pointer, "INVALID_VALUE", format!("use 0 to {HIGHEST_PRICE} minor units")))
}

fn at_most(pointer: &str, there: usize, most: usize) -> Result<(), Problem> {
    if there <= most {
        return Ok(());
    }
    Err(Problem::invalid(pointer, "INVALID_LENGTH", format!("give at most {most}")))
}

fn each_once<T: Ord>(pointer: &str, names: impl Iterator<Item = T>) -> Result<(), Problem> {
    let mut seen = std::collections::BTreeSet::new();
    for (place, name) in names.enumerate() {
        if !seen.insert(name) {
            return Err(Problem::invalid(&format!("{pointer}/{place}"), "INVALID_VALUE", "name each once"));
        }
    }
    Ok(())
}
