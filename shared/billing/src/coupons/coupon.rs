//! A coupon, and how a subscription takes it.

use std::collections::BTreeSet;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AppliedCoupon, CouponError, CouponKey, Discount, Duration, Label, MAX_COUPONS, PlanKey, Subscription};

/// A coupon. Only how often it was used ever changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coupon {
    /// What people type.
    pub key: CouponKey,
    /// Its name for people, which stands on invoices.
    pub name: Label,
    /// What it takes off.
    pub discount: Discount,
    /// For how long.
    pub duration: Duration,
    /// Only for these plans; for all when there are none.
    pub plans: BTreeSet<PlanKey>,
    /// When it can be used last.
    pub expires_at: Option<Timestamp>,
    /// By how many customers at most.
    pub max_redemptions: Option<u32>,
    /// By how many it was used.
    pub redeemed: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Coupon {
    /// The same subscription with this coupon, from its next invoice on. Coupons take off one after the other, in the order
    /// in which they were used.
    ///
    /// # Errors
    /// `Over`, `UsedUp`, `OtherPlan`, `OtherCurrency`, `UsedBefore` when it has it, `TooMany`.
    pub fn applied_to(&self, subscription: Subscription, now: Timestamp) -> Result<Subscription, CouponError> {
        if let Some(end) = self.expires_at.filter(|end| now >= *end) {
            return Err(CouponError::Over(end));
        }
        if self.max_redemptions.is_some_and(|most| self.redeemed >= most) {
            return Err(CouponError::UsedUp);
        }
        if !self.discount.is_in(subscription.currency) {
            return Err(CouponError::OtherCurrency(subscription.currency));
        }
        let plan = &subscription.plan().key;
        if !self.plans.is_empty() && !self.plans.contains(plan) {
            return Err(CouponError::OtherPlan(plan.clone()));
        }
        if subscription.coupons.iter().any(|one| one.key == self.key) {
            return Err(CouponError::UsedBefore);
        }
        if subscription.coupons.len() >= MAX_COUPONS {
            return Err(CouponError::TooMany);
        }
        let left = match self.duration {
            Duration::Once => Some(1),
            Duration::Repeating { invoices } => Some(invoices),
            Duration::Forever => None,
        };
        let (key, name, discount) = (self.key.clone(), self.name.clone(), self.discount.clone());
        let applied =
            AppliedCoupon { key, name, discount, plans: self.plans.clone(), left, in_use: false, applied_at: now };
        let mut coupons = subscription.coupons.clone();
        coupons.push(applied);
        Ok(Subscription { coupons, version: subscription.version + 1, ..subscription })
    }
}

impl Subscription {
    /// The same subscription without a coupon, from its next invoice on.
    ///
    /// # Errors
    /// `NotApplied`.
    pub fn without_coupon(self, key: &CouponKey) -> Result<Self, CouponError> {
        let coupons: Vec<AppliedCoupon> = self.coupons.iter().filter(|one| one.key != *key).cloned().collect();
        if coupons.len() == self.coupons.len() {
            return Err(CouponError::NotApplied);
        }
        Ok(Self { coupons, version: self.version + 1, ..self })
    }
}
