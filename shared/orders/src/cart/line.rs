//! A line of a cart: so many of one variant.

use kernel::{Money, ProductId, Sku, Timestamp, VariantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most pieces of one variant in a cart.
pub const MOST_QUANTITY: u32 = 10_000;

/// So many of one variant, which has one line in a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CartLine {
    /// Of which variant.
    pub variant_id: VariantId,
    /// Of which product.
    pub product_id: ProductId,
    /// What the variant was called when it was put in.
    pub sku: Sku,
    /// How many, from 1.
    pub quantity: u32,
    /// What one cost when somebody last changed the line: what a changed price is compared with.
    pub seen: Money,
    /// When it was put in.
    pub added_at: Timestamp,
}

/// How many of a variant are wanted: 0 to [`MOST_QUANTITY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(description = "How many", value_type = u32, minimum = 0, maximum = 10_000, example = 2)]
pub struct CartQuantity(u32);

impl CartQuantity {
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for CartQuantity {
    type Error = &'static str;

    fn try_from(quantity: u32) -> Result<Self, Self::Error> {
        if quantity <= MOST_QUANTITY { Ok(Self(quantity)) } else { Err("use 0 to 10000") }
    }
}

impl From<CartQuantity> for u32 {
    fn from(quantity: CartQuantity) -> Self {
        quantity.0
    }
}
