//! What somebody wants a credit note to take back, and which part of each line that is.

use kernel::{Money, MoneyError};

use crate::{
    Invoice, Line, TaxMode,
    credit_notes::{fault::CreditNoteError, part::LinePart},
};

/// What is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreditAsked {
    /// All that is left.
    Rest,
    /// This much with taxes, in proportion to what is left of each line.
    Amount(Money),
    /// This much of some lines.
    Lines(Vec<LineAsked>),
}

/// What is to be taken back of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineAsked {
    /// The line's place, from 1.
    pub line: usize,
    /// How much, as prices are stated: with the taxes that they hold, without those that come on top. All that is left when
    /// none.
    pub amount: Option<Money>,
}

impl CreditAsked {
    /// Which part of each line it is, where `left` is left of them.
    ///
    /// # Errors
    /// `NothingLeft`, `LineNothingLeft`, `TooLarge`, `NoSuchLine`, `Money`.
    pub(crate) fn parts(&self, invoice: &Invoice, left: &[LinePart]) -> Result<Vec<LinePart>, CreditNoteError> {
        if left.iter().all(LinePart::is_nothing) {
            return Err(CreditNoteError::NothingLeft);
        }
        match self {
            Self::Rest => Ok(left.to_vec()),
            Self::Amount(amount) => of_all(invoice, left, *amount),
            Self::Lines(lines) => of_lines(invoice, left, lines),
        }
    }
}

/// A part of what is left of all lines, spread by largest remainders over what each costs with its taxes.
fn of_all(invoice: &Invoice, left: &[LinePart], amount: Money) -> Result<Vec<LinePart>, CreditNoteError> {
    let lines = left.iter().zip(&invoice.lines);
    let grosses = lines.clone().map(|(left, line)| left.gross(line, invoice)).collect::<Result<Vec<_>, _>>()?;
    let most = Money::sum(invoice.currency, grosses.iter().copied())?;
    fits(amount, most)?;
    let weights: Vec<u64> = grosses.iter().map(|gross| gross.minor().unsigned_abs()).collect();
    let shares = amount.allocate(&weights)?;
    let parts = lines.zip(shares).map(|((left, line), share)| part_with_taxes(left, share, line, invoice));
    Ok(parts.collect::<Result<_, MoneyError>>()?)
}

fn of_lines(invoice: &Invoice, left: &[LinePart], asked: &[LineAsked]) -> Result<Vec<LinePart>, CreditNoteError> {
    let nothing = Money::zero(invoice.currency);
    let none_of = |left: &LinePart| LinePart { amount: nothing, taxes: vec![nothing; left.taxes.len()] };
    let mut parts: Vec<LinePart> = left.iter().map(none_of).collect();
    for LineAsked { line, amount } in asked {
        let at = line.checked_sub(1).ok_or(CreditNoteError::NoSuchLine)?;
        let (Some(part), Some(left)) = (parts.get_mut(at), left.get(at)) else {
            return Err(CreditNoteError::NoSuchLine);
        };
        if !part.is_nothing() {
            return Err(CreditNoteError::NoSuchLine);
        }
        if left.is_nothing() {
            return Err(CreditNoteError::LineNothingLeft { line: *line });
        }
        *part = match amount {
            None => left.clone(),
            Some(amount) => {
                fits(*amount, left.amount)?;
                part_of(left, *amount)?
            }
        };
    }
    if parts.iter().all(LinePart::is_nothing) { Err(CreditNoteError::NoSuchLine) } else { Ok(parts) }
}

fn fits(amount: Money, most: Money) -> Result<(), CreditNoteError> {
    let fits = amount.currency() == most.currency() && (1..=most.minor()).contains(&amount.minor());
    if fits { Ok(()) } else { Err(CreditNoteError::TooLarge { left: most }) }
}

/// A part of a line by its amount; each tax in proportion to what is left, so that the last part takes exactly the rest.
fn part_of(left: &LinePart, amount: Money) -> Result<LinePart, MoneyError> {
    if amount == left.amount {
        return Ok(left.clone());
    }
    let share = |tax: &Money| tax.times_ratio_half_away_from_zero(amount.minor(), left.amount.minor());
    Ok(LinePart { amount, taxes: left.taxes.iter().map(share).collect::<Result<_, _>>()? })
}

/// A part of a line by what it costs with its taxes.
fn part_with_taxes(left: &LinePart, share: Money, line: &Line, invoice: &Invoice) -> Result<LinePart, MoneyError> {
    let (gross, on_top) = (left.gross(line, invoice)?, left.taxes_of(TaxMode::Exclusive, line, invoice)?);
    if share == gross {
        return Ok(left.clone());
    }
    let tax = on_top.times_ratio_half_away_from_zero(share.minor(), gross.minor())?;
    let amount = share.checked_sub(tax)?;
    let is_on_top = |at: usize| line.taxes.get(at).is_some_and(|tax| invoice.mode_of(tax) == TaxMode::Exclusive);
    let weight = |(at, tax): (usize, &Money)| if is_on_top(at) { tax.minor().unsigned_abs() } else { 0 };
    let weights: Vec<u64> = left.taxes.iter().enumerate().map(weight).collect();
    let shares = if tax.is_zero() { vec![tax; weights.len()] } else { tax.allocate(&weights)? };
    let mut taxes = Vec::with_capacity(shares.len());
    for (at, (share, tax)) in shares.into_iter().zip(&left.taxes).enumerate() {
        taxes.push(match is_on_top(at) {
            true => share,
            false if left.amount.is_zero() => Money::zero(invoice.currency),
            false => tax.times_ratio_half_away_from_zero(amount.minor(), left.amount.minor())?,
        });
    }
    Ok(LinePart { amount, taxes })
}
