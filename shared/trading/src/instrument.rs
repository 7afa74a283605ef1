//! What is traded: its prices in points, its quantities in lot steps, and what a point is worth.

use serde::{Deserialize, Serialize};

/// The highest price, in points. With [`MOST_STEPS`] it keeps the product of a fill well inside an `i64`.
pub const MOST_POINTS: i64 = 1_000_000_000;
/// The largest quantity of one order, in lot steps.
pub const MOST_STEPS: i64 = 100_000_000;

/// A number left the range of an `i64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the amount is too large")]
pub struct TooLarge;

/// An instrument whose quote currency is the account's currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    pub symbol: String,
    /// Prices are points of 10^-digits.
    pub digits: u8,
    /// Every price is a multiple of this many points.
    pub tick_points: i64,
    /// Every quantity is a multiple of this many steps.
    pub step_multiple: i64,
    pub min_steps: i64,
    pub max_steps: i64,
    /// What a point of one lot step is worth.
    pub scale: Scale,
    /// The most that one order may be worth, in minor units.
    pub max_notional: i64,
    /// The share of the notional that is kept as margin, in basis points: 100 is a leverage of 1:100.
    pub margin_bp: i64,
    pub fees: FeeTier,
}

/// Minor units of money per point of one lot step, as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    pub numerator: i64,
    pub denominator: i64,
}

impl Scale {
    /// The scale of a contract: `units_per_step` is contract size times lot step, `exponent` the currency's digits.
    ///
    /// # Errors
    /// When a power of ten does not fit, or the units are not positive.
    pub fn of_contract(units_per_step: i64, exponent: u8, digits: u8) -> Result<Self, TooLarge> {
        let power = |of: u8| 10_i64.checked_pow(u32::from(of)).ok_or(TooLarge);
        let numerator = units_per_step.checked_mul(power(exponent)?).ok_or(TooLarge)?;
        if numerator <= 0 {
            return Err(TooLarge);
        }
        Ok(Self { numerator, denominator: power(digits)? })
    }

    /// What so many point-steps are worth in minor units, rounded half away from zero.
    ///
    /// # Errors
    /// When it does not fit, or the denominator is not positive.
    pub fn worth(self, point_steps: i64) -> Result<i64, TooLarge> {
        let denominator = i128::from(self.denominator);
        if denominator <= 0 {
            return Err(TooLarge);
        }
        let product = i128::from(point_steps) * i128::from(self.numerator);
        let half = denominator / 2 * product.signum();
        i64::try_from((product + half) / denominator).map_err(|_| TooLarge)
    }
}

/// Fees in parts per million of the notional; a rebate is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeTier {
    pub maker_ppm: i64,
    pub taker_ppm: i64,
}

/// Whether a fill waited in the book (maker) or took what was there (taker).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liquidity {
    Maker,
    Taker,
}

impl Instrument {
    /// The worth of a quantity at a price, in minor units.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn notional(&self, price: i64, steps: i64) -> Result<i64, TooLarge> {
        self.scale.worth(price.checked_mul(steps).ok_or(TooLarge)?)
    }

    /// The margin of a notional, rounded up.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn margin(&self, notional: i64) -> Result<i64, TooLarge> {
        ceil_share(notional, self.margin_bp, 10_000)
    }

    /// The fee of a notional, rounded up: a rebate is rounded towards zero.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn fee(&self, notional: i64, liquidity: Liquidity) -> Result<i64, TooLarge> {
        let ppm = match liquidity {
            Liquidity::Maker => self.fees.maker_ppm,
            Liquidity::Taker => self.fees.taker_ppm,
        };
        ceil_share(notional, ppm, 1_000_000)
    }

    /// How many steps lose at most `risk_bp` of the equity when the price goes `stop_points` against them, rounded down to a
    /// quantity that may be ordered; 0 when that is below the smallest one.
    ///
    /// # Errors
    /// When it does not fit, or an input is not positive.
    pub fn steps_for_risk(&self, equity: i64, risk_bp: i64, stop_points: i64) -> Result<i64, TooLarge> {
        if equity <= 0 || risk_bp <= 0 || stop_points <= 0 || self.step_multiple <= 0 {
            return Err(TooLarge);
        }
        let risked = i128::from(equity) * i128::from(risk_bp) * i128::from(self.scale.denominator);
        let per_step = i128::from(stop_points) * i128::from(self.scale.numerator) * 10_000;
        let steps = risked.checked_div(per_step).and_then(|steps| i64::try_from(steps).ok()).ok_or(TooLarge)?;
        let steps = steps.min(self.max_steps) / self.step_multiple * self.step_multiple;
        Ok(if steps < self.min_steps { 0 } else { steps })
    }
}

/// `amount * share / whole`, rounded up.
fn ceil_share(amount: i64, share: i64, whole: i64) -> Result<i64, TooLarge> {
    let (product, whole) = (i128::from(amount) * i128::from(share), i128::from(whole));
    let up = i128::from(product.rem_euclid(whole) > 0);
    i64::try_from(product.div_euclid(whole) + up).map_err(|_| TooLarge)
}
