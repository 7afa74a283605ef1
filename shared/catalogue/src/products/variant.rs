//! A variant: one choice of a product's options, which is what somebody buys.

use kernel::{Money, Sku, Timestamp, VariantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Barcode, OptionWord, PriceKey};

/// A variant, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    /// Which one.
    pub id: VariantId,
    /// What the tenant calls it.
    pub sku: Sku,
    /// One value for each option of the product, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub option_values: Vec<OptionWord>,
    /// The number below its bar code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<Barcode>,
    /// What one weighs, with its wrapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_grams: Option<Grams>,
    /// How large one is, with its wrapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<Dimensions>,
    /// What one costs: at most one price for each currency, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<VariantPrice>,
    /// What one costs some customers, or many of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub price_lists: Vec<ListPrice>,
}

/// The price of a variant in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VariantPrice {
    /// What one costs.
    pub price: Money,
    /// Since when.
    pub since: Timestamp,
    /// Where the price was lowered while the product was, or had been, on sale: the lowest one of the 30 days before. Whoever
    /// announces the reduction to consumers in the European Union has to show it (Directive 98/6/EC, article 6a).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<Money>,
}

/// A price of a price list: for a group of customers, from a quantity on, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListPrice {
    /// Which price list.
    pub key: PriceKey,
    /// For these customers only; for everybody when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<PriceKey>,
    /// From so many of the variant on, at least 1.
    pub min_quantity: u32,
    /// What one of them costs then.
    pub price: Money,
}

/// A weight: 1 to 10,000,000 g.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(description = "A weight in grams", value_type = u32, minimum = 1, maximum = 10_000_000, example = 250)]
pub struct Grams(u32);

/// A length: 1 to 100,000 mm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(description = "A length in millimetres", value_type = u32, minimum = 1, maximum = 100_000, example = 300)]
pub struct Millimetres(u32);

/// The sides of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(description = "The sides of a box, in millimetres")]
pub struct Dimensions {
    /// The longest side.
    pub length: Millimetres,
    /// The side beside it.
    pub width: Millimetres,
    /// The side that stands up.
    pub height: Millimetres,
}

impl TryFrom<u32> for Grams {
    type Error = &'static str;

    fn try_from(grams: u32) -> Result<Self, Self::Error> {
        if (1..=10_000_000).contains(&grams) { Ok(Self(grams)) } else { Err("use 1 to 10000000 grams") }
    }
}

impl From<Grams> for u32 {
    fn from(grams: Grams) -> Self {
        grams.0
    }
}

impl TryFrom<u32> for Millimetres {
    type Error = &'static str;

    fn try_from(length: u32) -> Result<Self, Self::Error> {
        if (1..=100_000).contains(&length) { Ok(Self(length)) } else { Err("use 1 to 100000 millimetres") }
    }
}

impl From<Millimetres> for u32 {
    fn from(length: Millimetres) -> Self {
        length.0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ulid::Ulid;

    use super::*;

    pub(crate) fn word(text: &str) -> OptionWord {
        text.to_owned().try_into().unwrap()
    }

    pub(crate) fn variant(number: u128, sku: &str, values: &[&str]) -> Variant {
        Variant {
            id: VariantId::new(Ulid::from(number)),
            sku: sku.to_owned().try_into().unwrap(),
            option_values: values.iter().map(|value| word(value)).collect(),
            barcode: None,
            weight_grams: None,
            dimensions: None,
            prices: Vec::new(),
            price_lists: Vec::new(),
        }
    }

    #[test]
    fn nothing_weighs_nothing() {
        for (grams, is_weight) in [(0, false), (1, true), (10_000_000, true), (10_000_001, false)] {
            assert_eq!(Grams::try_from(grams).is_ok(), is_weight, "{grams}");
        }
        assert!(Millimetres::try_from(0).is_err() && Millimetres::try_from(100_001).is_err());
        let sides = serde_json::json!({ "length": 300, "width": 200, "height": 20 });
        assert_eq!(serde_json::json!(serde_json::from_value::<Dimensions>(sides.clone()).unwrap()), sides);
    }
}
