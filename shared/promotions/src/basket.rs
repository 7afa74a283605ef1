//! What promotions are applied to, and what they do to it.

use kernel::{CategoryId, Currency, CustomerId, Money, MoneyError, ProductId, PromotionId, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{PromotionCode, PromotionName};

/// What somebody is about to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basket {
    /// Its lines.
    pub lines: Vec<BasketLine>,
    /// What shipping costs; nothing while none is chosen.
    pub shipping: Money,
    /// The currency of all that is in it.
    pub currency: Currency,
    /// Who buys, when that is known: a guest is not.
    pub customer: Option<CustomerId>,
    /// What was typed.
    pub codes: Vec<PromotionCode>,
}

/// So many of one SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasketLine {
    /// Which.
    pub sku: Sku,
    /// Of which product.
    pub product_id: ProductId,
    /// In which categories.
    pub category_ids: Vec<CategoryId>,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    pub unit: Money,
}

impl BasketLine {
    /// What the line costs before anything is taken off.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.unit.times_ratio_half_away_from_zero(i64::from(self.quantity), 1)
    }
}

/// What promotions do to a basket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotionsApplied {
    /// What is taken off each line, between nothing and what it costs.
    pub by_line: Vec<Money>,
    /// Whether shipping costs nothing.
    pub shipping_is_free: bool,
    /// Those that did something, in the order in which they did.
    pub used: Vec<PromotionUse>,
    /// Codes that did nothing, in the order in which they were typed.
    pub refused: Vec<CodeRefused>,
}

/// What one promotion took off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionUse {
    /// Which.
    pub promotion: PromotionId,
    /// Its name, as it was.
    pub name: PromotionName,
    /// What was typed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<PromotionCode>,
    /// How much, of lines and shipping together.
    pub amount: Money,
}

/// A code that does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRefused {
    /// Which.
    pub code: PromotionCode,
    /// Why.
    pub why: CodeRefusal,
}

/// Why a code does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeRefusal {
    /// There is no such code.
    Unknown,
    /// It holds later.
    NotYet,
    /// It holds no more.
    Over,
    /// It was used as often as it may be.
    UsedUp,
    /// The customer used it as often as one may.
    UsedBefore,
    /// It is for customers who have signed in.
    SignInNeeded,
    /// It is not for this currency.
    OtherCurrency,
    /// Nothing that it is for is in the basket.
    NothingForIt,
    /// What it is for costs too little.
    BelowMinimum,
    /// It does not go with what takes off before it.
    NotCombinable,
    /// There is nothing left to take off.
    NothingLeft,
}
