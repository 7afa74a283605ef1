//! A promotion, as staff sees one.

use kernel::{Money, PromotionId, Timestamp};
use promotions::{Benefit, KnownPromotion, Promotion, PromotionCode, PromotionName, PromotionTarget, Stacking};
use serde::Serialize;
use utoipa::ToSchema;

/// A promotion.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PromotionView {
    pub id: PromotionId,
    /// What buyers read.
    pub name: PromotionName,
    /// What buyers type; null for one that holds by itself.
    pub code: Option<PromotionCode>,
    /// What it does.
    pub benefit: Benefit,
    /// For what.
    pub target: PromotionTarget,
    /// The least that what it is for costs together, one for each currency.
    pub minimum: Vec<Money>,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when, not included; null for no end.
    pub ends_at: Option<Timestamp>,
    /// By how many orders it is used at most; null for any number.
    pub max_uses: Option<u32>,
    /// By how many orders of one customer; null for any number.
    pub max_uses_per_customer: Option<u32>,
    /// Whether others take off too.
    pub stacking: Stacking,
    /// The lowest number takes off first.
    #[schema(example = 100)]
    pub priority: u16,
    /// How many orders use it, without those that were cancelled or expired.
    #[schema(example = 12)]
    pub uses: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

impl From<KnownPromotion> for PromotionView {
    fn from(KnownPromotion { promotion, uses, by_customer: _ }: KnownPromotion) -> Self {
        let Promotion { id, code, terms, created_at, version: _ } = promotion;
        Self {
            id,
            name: terms.name,
            code,
            benefit: terms.benefit,
            target: terms.target,
            minimum: terms.minimum,
            starts_at: terms.starts_at,
            ends_at: terms.ends_at,
            max_uses: terms.max_uses,
            max_uses_per_customer: terms.max_uses_per_customer,
            stacking: terms.stacking,
            priority: terms.priority,
            uses,
            created_at,
        }
    }
}
