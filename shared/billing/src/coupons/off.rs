//! What the coupons of a subscription take off the lines of an invoice.

use kernel::{Money, MoneyError};

use serde::{Deserialize, Serialize};

use crate::{AppliedCoupon, CouponKey, Label, Line, PlanKey, Share, TaxRate};

/// What a coupon took off an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponOff {
    /// Which.
    pub key: CouponKey,
    /// Its name, as printed.
    pub name: Label,
    /// How much, above zero.
    pub amount: Money,
}

/// What coupons took off, and what is left of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TakenOff {
    pub(crate) coupons: Vec<CouponOff>,
    pub(crate) after: Vec<AppliedCoupon>,
}

/// A line with the plan that it is of.
pub(crate) struct Priced {
    pub(crate) line: Line,
    pub(crate) plan: PlanKey,
    /// The taxes on what it takes back; those of the terms when none are known.
    pub(crate) rates: Option<Vec<TaxRate>>,
}

/// Takes the coupons off the lines that ask for something, one coupon after the other, each rounded once and shared among its
/// lines by what is left of them. One that took something off is used. Of an amount only `share` is taken off a change
/// within a period, for the fee of its other days has had the rest; and of one that is for some invoices alone no more than
/// it had taken off what the change gives back.
///
/// # Errors
/// `CurrencyMismatch`, `Overflow`.
pub(crate) fn take_off(lines: &mut [Priced], coupons: &[AppliedCoupon], share: Share) -> Result<TakenOff, MoneyError> {
    let mut taken = TakenOff::default();
    // What coupons took off the days that are given back.
    let mut given_back = lines.iter().map(|priced| priced.line.discount.minor().min(0)).sum::<i64>().saturating_neg();
    for coupon in coupons {
        let mut left = Vec::new();
        for (at, priced) in lines.iter().enumerate().filter(|(_, priced)| coupon.is_for(&priced.plan)) {
            let rest = priced.line.discounted()?;
            if rest.minor() > 0 {
                left.push((at, rest));
            }
        }
        let Some((_, first)) = left.first() else {
            taken.after.push(coupon.clone());
            continue;
        };
        let base = Money::sum(first.currency(), left.iter().map(|(_, rest)| *rest))?;
        let mut off = coupon.discount.of(base, share)?;
        if coupon.in_use && coupon.left.is_some() {
            // It is for what was bought with it, and for nothing more.
            off = Money::new(off.minor().min(given_back), off.currency());
            given_back -= off.minor();
        }
        if off.is_zero() {
            taken.after.push(coupon.clone());
            continue;
        }
        let weights: Vec<u64> = left.iter().map(|(_, rest)| rest.minor().unsigned_abs()).collect();
        for ((at, _), part) in left.iter().zip(off.allocate(&weights)?) {
            if let Some(priced) = lines.get_mut(*at) {
                priced.line.discount = priced.line.discount.checked_add(part)?;
            }
        }
        taken.coupons.push(CouponOff { key: coupon.key.clone(), name: coupon.name.clone(), amount: off });
        taken.after.push(coupon.clone().used());
    }
    Ok(taken)
}
