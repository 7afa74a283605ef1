//! Monthly recurring revenue: the base fee of a subscription that is used and paid for, by the month.
//!
//! Only coupons that hold for ever take something off, as they do on an invoice. Taxes, usage, free days and one-off coupons
//! are no part of it. The fee of an interval is divided by its months and rounded half away from zero, once for each
//! subscription, so that sums over subscriptions are sums of whole minor units.

use events::subscription::{StandingDiscount, StandingState, SubscriptionStanding};
use kernel::{Money, MoneyError};

use crate::{Interval, IntervalError, Plan, PlanError};

/// Why a standing cannot be counted: it names what was never sold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    /// The plan has no such price, or the key is none.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Nobody is billed so often.
    #[error(transparent)]
    Interval(#[from] IntervalError),
    /// The fee is no amount.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// The monthly recurring revenue of a subscription that stands so, with its plan; zero unless it is active or past due.
///
/// # Errors
/// Those of [`StandingError`].
pub fn monthly_revenue(standing: &SubscriptionStanding, plan: &Plan) -> Result<Money, StandingError> {
    match standing.state {
        StandingState::Active => {}
        StandingState::Trialing | StandingState::Paused | StandingState::Over => {
            return Ok(Money::zero(standing.currency));
        }
    }
    let price = plan.price(standing.currency, Interval::every(standing.months)?)?;
    let fee = standing.discounts.iter().try_fold(price.base.cost(standing.quantity)?, without)?;
    Ok(fee.times_ratio_half_away_from_zero(1, standing.months.into())?)
}

/// A fee after one more discount.
fn without(fee: Money, discount: &StandingDiscount) -> Result<Money, MoneyError> {
    let off = match discount {
        StandingDiscount::Percent { basis_points } => {
            fee.times_ratio_half_away_from_zero(i64::from(*basis_points), 10_000)?
        }
        StandingDiscount::Amount { amount } => Money::new(amount.minor().min(fee.minor()), amount.currency()),
    };
    fee.checked_sub(off)
}
