//! What promotions take off a basket.
//!
//! They take off one after the other, in the order of their [`crate::PromotionTerms::priority`]: each of what is left, rounded
//! once and shared among its lines by largest remainder. An exclusive one that comes after another does nothing, and after an
//! exclusive one none does anything.

use std::cmp::Reverse;

use kernel::{Money, MoneyError, Timestamp};

use crate::{
    Basket, Benefit, CodeRefusal, CodeRefused, KnownPromotion, Promotion, PromotionTerms, PromotionUse,
    PromotionsApplied, Stacking,
};

/// How many promotions one order uses at most.
pub const MOST_USED: usize = 5;

/// What the known promotions take off. `known` may be in any order; one with a code holds only where the code was typed.
///
/// # Errors
/// `Overflow`, `CurrencyMismatch`: a line is not in the basket's currency.
pub fn apply(basket: &Basket, known: &[KnownPromotion], now: Timestamp) -> Result<PromotionsApplied, MoneyError> {
    let mut asked: Vec<&KnownPromotion> = known.iter().filter(|one| is_asked(&one.promotion, basket)).collect();
    asked.sort_by_key(|one| (one.promotion.terms.priority, one.promotion.code.is_none(), one.promotion.id));
    let mut tally = Tally::of(basket)?;
    let mut refused: Vec<CodeRefused> = Vec::new();
    for one in asked {
        let Promotion { id, code, terms, .. } = &one.promotion;
        match tally.take(one, basket, now)? {
            Ok(amount) => {
                let (name, code) = (terms.name.clone(), code.clone());
                tally.is_closed = terms.stacking == Stacking::Exclusive;
                tally.used.push(PromotionUse { promotion: *id, name, code, amount });
            }
            Err(why) => refused.extend(code.clone().map(|code| CodeRefused { code, why })),
        }
    }
    let knows = |code| known.iter().any(|one| one.promotion.code.as_ref() == Some(code));
    for code in basket.codes.iter().filter(|code| !knows(code)) {
        refused.push(CodeRefused { code: code.clone(), why: CodeRefusal::Unknown });
    }
    refused.sort_by_key(|one| basket.codes.iter().position(|code| *code == one.code));
    let by_line = tally.totals.iter().zip(&tally.left).map(|(total, left)| total.checked_sub(*left));
    Ok(PromotionsApplied {
        by_line: by_line.collect::<Result<_, _>>()?,
        shipping_is_free: tally.shipping_is_free,
        used: tally.used,
        refused,
    })
}

fn is_asked(promotion: &Promotion, basket: &Basket) -> bool {
    promotion.code.as_ref().is_none_or(|code| basket.codes.contains(code))
}

/// What is left of a basket.
struct Tally {
    totals: Vec<Money>,
    left: Vec<Money>,
    shipping_is_free: bool,
    used: Vec<PromotionUse>,
    /// Nothing takes off any more.
    is_closed: bool,
}

impl Tally {
    fn of(basket: &Basket) -> Result<Self, MoneyError> {
        let mut totals = Vec::with_capacity(basket.lines.len());
        for line in &basket.lines {
            totals.push(Money::zero(basket.currency).checked_add(line.total()?)?);
        }
        Ok(Self { left: totals.clone(), totals, shipping_is_free: false, used: Vec::new(), is_closed: false })
    }

    /// What a promotion takes off, once it is taken off; or why it does nothing.
    fn take(
        &mut self,
        known: &KnownPromotion,
        basket: &Basket,
        now: Timestamp,
    ) -> Result<Result<Money, CodeRefusal>, MoneyError> {
        let terms = &known.promotion.terms;
        if let Some(why) = out_of_reach(known, basket, now) {
            return Ok(Err(why));
        }
        let places: Vec<usize> = (0..basket.lines.len()).filter(|at| is_for(terms, basket, *at)).collect();
        if places.is_empty() {
            return Ok(Err(CodeRefusal::NothingForIt));
        }
        let costs = Money::sum(basket.currency, places.iter().filter_map(|at| self.totals.get(*at)).copied())?;
        match terms.least(basket.currency) {
            None => return Ok(Err(CodeRefusal::OtherCurrency)),
            Some(least) if costs.minor() < least => return Ok(Err(CodeRefusal::BelowMinimum)),
            Some(_) => {}
        }
        let stands_alone = terms.stacking == Stacking::Exclusive && !self.used.is_empty();
        if self.is_closed || stands_alone || self.used.len() >= MOST_USED {
            return Ok(Err(CodeRefusal::NotCombinable));
        }
        let parts = match &terms.benefit {
            // What costs nothing anyway uses nothing up.
            Benefit::FreeShipping if self.shipping_is_free || basket.shipping.is_zero() => {
                return Ok(Err(CodeRefusal::NothingLeft));
            }
            Benefit::FreeShipping => {
                self.shipping_is_free = true;
                return Ok(Ok(basket.shipping));
            }
            Benefit::Percent { basis_points } => {
                let left = self.sum(&places, basket)?;
                let off = left.times_ratio_half_away_from_zero(i64::from(*basis_points), 10_000)?;
                self.shared(&places, off)?
            }
            Benefit::Amount { amounts } => {
                let left = self.sum(&places, basket)?;
                let off = amounts.iter().find(|amount| amount.currency() == basket.currency);
                let off = off.map_or(0, |off| off.minor().min(left.minor()));
                self.shared(&places, Money::new(off, basket.currency))?
            }
            Benefit::BuyGet { buy, get, basis_points } => {
                let cheaper = cheapest(basket, &places, (*buy, *get));
                self.cheaper(basket, &cheaper, *basis_points)?
            }
        };
        let mut amount = Money::zero(basket.currency);
        for (at, part) in parts {
            if let Some(left) = self.left.get_mut(at) {
                *left = left.checked_sub(part)?;
                amount = amount.checked_add(part)?;
            }
        }
        Ok(if amount.is_zero() { Err(CodeRefusal::NothingLeft) } else { Ok(amount) })
    }

    /// What is left of some lines.
    fn sum(&self, places: &[usize], basket: &Basket) -> Result<Money, MoneyError> {
        Money::sum(basket.currency, places.iter().filter_map(|at| self.left.get(*at)).copied())
    }

    /// An amount, shared among lines by what is left of them.
    fn shared(&self, places: &[usize], off: Money) -> Result<Vec<(usize, Money)>, MoneyError> {
        if off.is_zero() {
            return Ok(Vec::new());
        }
        let weights: Vec<u64> =
            places.iter().filter_map(|at| self.left.get(*at)).map(|left| left.minor().unsigned_abs()).collect();
        Ok(places.iter().copied().zip(off.allocate(&weights)?).collect())
    }

    /// What is taken off so many units of each line: a part of what is left of them.
    fn cheaper(
        &self,
        basket: &Basket,
        units: &[(usize, u32)],
        basis_points: u16,
    ) -> Result<Vec<(usize, Money)>, MoneyError> {
        let mut parts = Vec::new();
        for (at, count) in units {
            let (Some(line), Some(left)) = (basket.lines.get(*at), self.left.get(*at)) else { continue };
            let share = i64::from(*count) * i64::from(basis_points);
            let off = left.times_ratio_half_away_from_zero(share, i64::from(line.quantity) * 10_000)?;
            parts.push((*at, off));
        }
        Ok(parts)
    }
}

fn is_for(terms: &PromotionTerms, basket: &Basket, at: usize) -> bool {
    basket.lines.get(at).is_some_and(|line| line.quantity > 0 && terms.is_for(line))
}

/// Why a promotion does nothing, whatever is in the basket.
fn out_of_reach(known: &KnownPromotion, basket: &Basket, now: Timestamp) -> Option<CodeRefusal> {
    let terms = &known.promotion.terms;
    if now < terms.starts_at {
        return Some(CodeRefusal::NotYet);
    }
    if terms.ends_at.is_some_and(|end| now >= end) {
        return Some(CodeRefusal::Over);
    }
    if terms.max_uses.is_some_and(|most| known.uses >= most) {
        return Some(CodeRefusal::UsedUp);
    }
    match (terms.max_uses_per_customer, basket.customer) {
        (Some(_), None) => Some(CodeRefusal::SignInNeeded),
        (Some(most), Some(_)) if known.by_customer >= most => Some(CodeRefusal::UsedBefore),
        (Some(_), Some(_)) | (None, _) => None,
    }
}

/// Of each `buy` + `get` units of these lines, the `get` cheapest of all: how many of each line.
fn cheapest(basket: &Basket, places: &[usize], (buy, get): (u32, u32)) -> Vec<(usize, u32)> {
    let mut lines: Vec<(usize, i64, u32)> = Vec::new();
    for at in places {
        if let Some(line) = basket.lines.get(*at) {
            lines.push((*at, line.unit.minor(), line.quantity));
        }
    }
    let units: u64 = lines.iter().map(|(_, _, quantity)| u64::from(*quantity)).sum();
    let mut left = units / u64::from(buy.saturating_add(get).max(1)) * u64::from(get);
    // Of equal ones the last.
    lines.sort_by_key(|(at, unit, _)| (*unit, Reverse(*at)));
    let mut cheaper = Vec::new();
    for (at, _, quantity) in lines {
        let here = u32::try_from(left.min(u64::from(quantity))).unwrap_or(quantity);
        if here > 0 {
            cheaper.push((at, here));
            left -= u64::from(here);
        }
    }
    cheaper
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
