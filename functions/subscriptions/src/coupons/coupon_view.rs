//! A coupon, as callers see one.

use billing::{AppliedCoupon, Coupon, CouponKey, Discount, Duration, Label, PlanKey};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A coupon.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CouponView {
    /// What people type.
    pub key: CouponKey,
    /// Its name for people, which stands on invoices.
    pub name: Label,
    /// What it takes off.
    pub discount: Discount,
    /// For how many invoices.
    pub duration: Duration,
    /// Only for these plans; for all when there are none.
    pub plan_keys: Vec<PlanKey>,
    /// When it can be used last; null for no end.
    pub expires_at: Option<Timestamp>,
    /// By how many customers it can be used at most; null for any number.
    pub max_redemptions: Option<u32>,
    /// By how many it was used.
    pub redemptions: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A coupon of a subscription.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppliedCouponView {
    /// What people typed.
    pub key: CouponKey,
    /// Its name for people.
    pub name: Label,
    /// What it takes off.
    pub discount: Discount,
    /// Only while the plan is one of these; any when there are none.
    pub plan_keys: Vec<PlanKey>,
    /// From how many more invoices it takes something; null for all.
    pub invoices_left: Option<u16>,
    /// When it was used.
    pub applied_at: Timestamp,
}

impl From<Coupon> for CouponView {
    fn from(coupon: Coupon) -> Self {
        Self {
            key: coupon.key,
            name: coupon.name,
            discount: coupon.discount,
            duration: coupon.duration,
            plan_keys: coupon.plans.into_iter().collect(),
            expires_at: coupon.expires_at,
            max_redemptions: coupon.max_redemptions,
            redemptions: coupon.redeemed,
            created_at: coupon.created_at,
        }
    }
}

impl From<&AppliedCoupon> for AppliedCouponView {
    fn from(applied: &AppliedCoupon) -> Self {
        Self {
            key: applied.key.clone(),
            name: applied.name.clone(),
            discount: applied.discount.clone(),
            plan_keys: applied.plans.iter().cloned().collect(),
            invoices_left: applied.left,
            applied_at: applied.applied_at,
        }
    }
}
