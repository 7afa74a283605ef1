//! What a coupon takes off and for how long, as a subscription keeps it.

use std::{collections::BTreeSet, fmt, str::FromStr};

use kernel::{Currency, Money, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Label, PlanKey, Share};

/// How many coupons a subscription has at most at once.
pub const MAX_COUPONS: usize = 5;

/// What people type to use a coupon: `^[A-Z0-9][A-Z0-9_-]{1,39}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What people type to use a coupon",
    value_type = String, pattern = "^[A-Z0-9][A-Z0-9_-]{1,39}$", example = "MERDEKA17"
)]
pub struct CouponKey(String);

/// The text is no coupon's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 2 to 40 of A-Z, 0-9, _ and -, the first a letter or digit")]
pub struct CouponKeyError;

/// What a coupon takes off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = CouponDiscount)]
pub enum Discount {
    /// A part of what is left after the coupons before it, rounded half away from zero and shared among the lines.
    #[serde(rename_all = "camelCase")]
    Percent {
        /// In hundredths of a percent: 1 to 10000.
        #[schema(minimum = 1, maximum = 10_000, example = 2_500)]
        basis_points: u16,
    },
    /// An amount of each invoice, and never more than what is left of it.
    Amount {
        /// One for each currency.
        #[schema(min_items = 1, max_items = 20)]
        amounts: Vec<Money>,
    },
}

/// For how many invoices a coupon holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = CouponDuration)]
pub enum Duration {
    /// For the first invoice that it takes something off.
    Once,
    /// For so many of them.
    Repeating {
        /// 1 to 120.
        #[schema(minimum = 1, maximum = 120, example = 3)]
        invoices: u16,
    },
    /// For all.
    Forever,
}

/// A coupon that a subscription has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppliedCoupon {
    /// Which.
    pub key: CouponKey,
    /// Its name for people.
    pub name: Label,
    /// What it takes off.
    pub discount: Discount,
    /// Only for these plans; for all when there are none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub plans: BTreeSet<PlanKey>,
    /// For how many more invoices; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u16>,
    /// It took something off in the present period: what was bought with it stays as cheap through changes within that, which
    /// count as no use.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_use: bool,
    /// When it was used.
    pub applied_at: Timestamp,
}

impl Discount {
    /// What it takes off `base`, which is not below zero; of an amount its share.
    pub(crate) fn of(&self, base: Money, share: Share) -> Result<Money, kernel::MoneyError> {
        match self {
            Self::Percent { basis_points } => base.times_ratio_half_away_from_zero(i64::from(*basis_points), 10_000),
            Self::Amount { amounts } => {
                let off = amounts.iter().find(|amount| amount.currency() == base.currency());
                let Some(off) = off else { return Ok(Money::zero(base.currency())) };
                let off = share.part(*off)?;
                Ok(Money::new(off.minor().min(base.minor()), base.currency()))
            }
        }
    }

    /// Whether it takes something off in a currency.
    pub(crate) fn is_in(&self, currency: Currency) -> bool {
        match self {
            Self::Percent { .. } => true,
            Self::Amount { amounts } => amounts.iter().any(|amount| amount.currency() == currency),
        }
    }
}

impl AppliedCoupon {
    /// Whether it is for a plan.
    pub(crate) fn is_for(&self, plan: &PlanKey) -> bool {
        self.plans.is_empty() || self.plans.contains(plan)
    }

    /// The same after an invoice that it took something off.
    pub(crate) fn used(self) -> Self {
        let left = if self.in_use { self.left } else { self.left.map(|left| left.saturating_sub(1)) };
        Self { left, in_use: true, ..self }
    }

    /// The same when a period begins; `None` when it was used up in the one before.
    pub(crate) fn in_next_period(self) -> Option<Self> {
        (self.left != Some(0)).then_some(Self { in_use: false, ..self })
    }
}

impl FromStr for CouponKey {
    type Err = CouponKeyError;

    fn from_str(text: &str) -> Result<Self, CouponKeyError> {
        let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let begins = text.bytes().next().is_some_and(fits);
        if begins && (2..=40).contains(&text.len()) && text.bytes().all(|b| fits(b) || b"_-".contains(&b)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CouponKeyError)
        }
    }
}

impl TryFrom<String> for CouponKey {
    type Error = CouponKeyError;

    fn try_from(text: String) -> Result<Self, CouponKeyError> {
        text.parse()
    }
}

impl From<CouponKey> for String {
    fn from(key: CouponKey) -> Self {
        key.0
    }
}

impl fmt::Display for CouponKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
