//! Taxes on an invoice: rates as data, one rounding per invoice and tax, shared out to the lines without losing a unit.

use std::collections::BTreeMap;

use kernel::{Currency, Date, Money, MoneyError, Rate, TaxRateId};
use serde::{Deserialize, Serialize};

use crate::{TaxCategory, charges::allocation::share_out};

/// Whether prices are without a tax or hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxMode {
    /// The tax comes on top.
    Exclusive,
    /// The price holds the tax.
    Inclusive,
}

/// A rate of a tax in the days that it is in force. A change of the law is a new rate beside the old one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxRate {
    /// The id.
    pub id: TaxRateId,
    /// The short name, such as `PPN`.
    pub code: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "TaxCategory::is_usual")]
    pub category: TaxCategory,
    /// The name on the invoice.
    pub label: String,
    /// What part of the price it is.
    pub rate: Rate,
    /// The law's own way of putting it, where that differs.
    pub statutory: Option<Statutory>,
    /// Whether prices hold it.
    pub mode: TaxMode,
    /// The first day of issue that it is for.
    pub valid_from: Date,
    /// The first day that it is no longer for.
    pub valid_to: Option<Date>,
}

/// A tax stated as a rate of a part of the price: PPN is 12 % of 11/12 of it since 2025 (PMK 131/2024 article 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statutory {
    /// The rate in the law.
    pub rate: Rate,
    /// The part of the price that it is applied to: numerator.
    pub numerator: u16,
    /// The part of the price that it is applied to: denominator.
    pub denominator: u16,
}

/// One tax of an invoice, as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxTotal {
    /// By which rate.
    pub rate_id: TaxRateId,
    /// The short name.
    pub code: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "TaxCategory::is_usual")]
    pub category: TaxCategory,
    /// The name on the invoice.
    pub label: String,
    /// What part of the price it is.
    pub rate: Rate,
    /// Whether it comes on top or is in the prices.
    pub mode: TaxMode,
    /// The price that it is on, without it.
    pub taxable: Money,
    /// The statutory base (DPP) and rate, where they are printed.
    pub statutory: Option<StatutoryTotal>,
    /// The tax: `taxable` × `rate`, half up to the minor unit (to whole rupiah: PER-11/PJ/2025 article 129).
    pub tax: Money,
}

/// The statutory base of a tax and its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatutoryTotal {
    /// The part of the price, half up to the minor unit.
    pub base: Money,
    /// The rate in the law.
    pub rate: Rate,
}

/// One tax of one line. Over the lines of an invoice these sum to its tax, to the unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineTax {
    /// The short name of the tax.
    pub code: String,
    /// What its rate is for.
    #[serde(default, skip_serializing_if = "TaxCategory::is_usual")]
    pub category: TaxCategory,
    /// What of the line it is on, without it.
    pub taxable: Money,
    /// The line's share of it.
    pub tax: Money,
}

/// What is to be taxed of a line.
#[derive(Clone, Debug)]
pub struct Taxed<'r> {
    /// What the line costs after its discount: with the inclusive taxes, without the exclusive ones. May be negative.
    pub amount: Money,
    /// The rates that apply to it; none for a line that is not taxed.
    pub rates: Vec<&'r TaxRate>,
}

/// The taxes of an invoice, and of each line in the order of the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The taxes of the whole invoice, one for each rate.
    pub totals: Vec<TaxTotal>,
    /// The taxes of each line.
    pub lines: Vec<Vec<LineTax>>,
}

/// Indonesia's value added tax.
pub const PPN: &str = "PPN";

const WHOLE: i128 = 10_000;

impl TaxRate {
    /// PPN as the law has it for what is no luxury: 12 % of 11/12 of the price, from 2025 on (PMK 131/2024 article 3),
    /// whatever the currency of the invoice.
    pub fn ppn(id: TaxRateId) -> Self {
        Self {
            id,
            code: PPN.to_owned(),
            category: TaxCategory::Standard,
            label: "PPN".to_owned(),
            rate: Rate::basis_points(1_100),
            statutory: Some(Statutory { rate: Rate::basis_points(1_200), numerator: 11, denominator: 12 }),
            mode: TaxMode::Exclusive,
            valid_from: jiff::civil::date(2025, 1, 1),
            valid_to: None,
        }
    }

    /// PPN on luxury goods: 12 % of the whole price, from 2025 on (PMK 131/2024 article 2).
    pub fn ppn_on_luxury(id: TaxRateId) -> Self {
        let rate = Rate::basis_points(1_200);
        Self { category: TaxCategory::Luxury, rate, statutory: None, ..Self::ppn(id) }
    }

    /// Whether it is on invoices that are issued on this day.
    pub fn applies(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|end| day < end)
    }
}

/// The taxes on lines of one currency. Each inclusive tax is taken out of the prices first; the exclusive ones are on what
/// then remains. Rounding happens once for each tax of the invoice, half away from zero.
///
/// # Errors
/// `CurrencyMismatch` when a line is not of this currency, `Overflow`.
pub fn assess(currency: Currency, lines: &[Taxed<'_>]) -> Result<Assessment, MoneyError> {
    Money::sum(currency, lines.iter().map(|line| line.amount))?;
    let mut assessed = Assessor { currency, nets: nets_of(lines), totals: BTreeMap::new(), order: Vec::new() };
    assessed.inclusive(lines)?;
    assessed.exclusive(lines)?;
    assessed.finish(lines.len())
}

fn nets_of(lines: &[Taxed<'_>]) -> Vec<Money> {
    lines.iter().map(|line| line.amount).collect()
}

/// A rate with each line's share of its tax, where the line has it.
type Shares<'r> = (&'r TaxRate, Vec<(usize, Money)>);

struct Assessor<'r> {
    currency: Currency,
    /// What the lines cost without inclusive tax.
    nets: Vec<Money>,
    totals: BTreeMap<TaxRateId, Shares<'r>>,
    /// The rates in the order of their first line.
    order: Vec<TaxRateId>,
}

impl<'r> Assessor<'r> {
    /// Lines that hold the same taxes are taken together, so that each group is rounded once.
    fn inclusive(&mut self, lines: &[Taxed<'r>]) -> Result<(), MoneyError> {
        let mut groups: BTreeMap<Vec<TaxRateId>, (Vec<&'r TaxRate>, Vec<usize>)> = BTreeMap::new();
        for (index, line) in lines.iter().enumerate() {
            let held: Vec<&TaxRate> = of_mode(line, TaxMode::Inclusive).collect();
            let name = held.iter().map(|rate| rate.id).collect();
            groups.entry(name).or_insert_with(|| (held, Vec::new())).1.push(index);
        }
        for (rates, members) in groups.into_values().filter(|(rates, _)| !rates.is_empty()) {
            let rate: i128 = rates.iter().map(|rate| points(rate)).sum();
            let amounts = members.iter().map(|index| self.net(*index)).collect::<Vec<_>>();
            let gross = Money::sum(self.currency, amounts.iter().copied())?;
            let whole = i64::try_from(WHOLE + rate).map_err(|_| MoneyError::Overflow)?;
            let net = gross.times_ratio_half_away_from_zero(10_000, whole)?;
            let tax = gross.checked_sub(net)?;
            let parts: Vec<i128> = amounts.iter().map(|amount| i128::from(amount.minor()) * rate).collect();
            let shares = share_out(tax, &parts, WHOLE + rate)?;
            for (index, share) in members.iter().zip(&shares) {
                let left = self.net(*index).checked_sub(*share)?;
                if let Some(net) = self.nets.get_mut(*index) {
                    *net = left;
                }
            }
            self.divide(&rates, &members, &shares)?;
        }
        Ok(())
    }

    /// Divides each line's inclusive tax among its rates, in proportion to them.
    fn divide(&mut self, rates: &[&'r TaxRate], members: &[usize], shares: &[Money]) -> Result<(), MoneyError> {
        let weights: Vec<u64> = rates.iter().map(|rate| u64::from(rate.rate.as_basis_points())).collect();
        for (index, share) in members.iter().zip(shares) {
            let of_line = if weights.iter().all(|weight| *weight == 0) {
                vec![Money::zero(self.currency); rates.len()]
            } else {
                share.allocate(&weights)?
            };
            for (rate, share) in rates.iter().zip(of_line) {
                self.add(rate, *index, share);
            }
        }
        Ok(())
    }

    fn exclusive(&mut self, lines: &[Taxed<'r>]) -> Result<(), MoneyError> {
        let mut by_rate: Vec<(&'r TaxRate, Vec<usize>)> = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            for rate in of_mode(line, TaxMode::Exclusive) {
                match by_rate.iter_mut().find(|(known, _)| known.id == rate.id) {
                    Some((_, members)) => members.push(index),
                    None => by_rate.push((rate, vec![index])),
                }
            }
        }
        for (rate, members) in by_rate {
            let nets: Vec<Money> = members.iter().map(|index| self.net(*index)).collect();
            let taxable = Money::sum(self.currency, nets.iter().copied())?;
            let tax = taxable.at_rate_half_away_from_zero(rate.rate)?;
            let parts: Vec<i128> = nets.iter().map(|net| i128::from(net.minor()) * points(rate)).collect();
            for (index, share) in members.into_iter().zip(share_out(tax, &parts, WHOLE)?) {
                self.add(rate, index, share);
            }
        }
        Ok(())
    }

    fn add(&mut self, rate: &'r TaxRate, line: usize, share: Money) {
        if !self.totals.contains_key(&rate.id) {
            self.order.push(rate.id);
        }
        self.totals.entry(rate.id).or_insert_with(|| (rate, Vec::new())).1.push((line, share));
    }

    fn finish(self, count: usize) -> Result<Assessment, MoneyError> {
        let mut lines = vec![Vec::new(); count];
        let mut totals = Vec::with_capacity(self.order.len());
        for id in &self.order {
            let Some((rate, shares)) = self.totals.get(id) else { continue };
            let taxable = Money::sum(self.currency, shares.iter().map(|(line, _)| self.net(*line)))?;
            let tax = Money::sum(self.currency, shares.iter().map(|(_, share)| *share))?;
            for (line, share) in shares {
                if let Some(taxes) = lines.get_mut(*line) {
                    taxes.push(LineTax {
                        code: rate.code.clone(),
                        category: rate.category,
                        taxable: self.net(*line),
                        tax: *share,
                    });
                }
            }
            totals.push(TaxTotal {
                rate_id: rate.id,
                code: rate.code.clone(),
                category: rate.category,
                label: rate.label.clone(),
                rate: rate.rate,
                mode: rate.mode,
                taxable,
                statutory: rate.statutory.map(|statutory| statutory.of(taxable)).transpose()?,
                tax,
            });
        }
        Ok(Assessment { totals, lines })
    }

    fn net(&self, line: usize) -> Money {
        self.nets.get(line).copied().unwrap_or(Money::zero(self.currency))
    }
}

impl LineTax {
    /// Whether it and another line's are of the same tax, at the rate of the same category.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.code == other.code && self.category == other.category
    }
}

impl TaxTotal {
    /// Whether a line's tax is a part of it.
    pub fn includes(&self, tax: &LineTax) -> bool {
        self.code == tax.code && self.category == tax.category
    }
}

fn of_mode<'r>(line: &Taxed<'r>, mode: TaxMode) -> impl Iterator<Item = &'r TaxRate> {
    line.rates.iter().copied().filter(move |rate| rate.mode == mode)
}

fn points(rate: &TaxRate) -> i128 {
    i128::from(rate.rate.as_basis_points())
}

impl Statutory {
    fn of(self, taxable: Money) -> Result<StatutoryTotal, MoneyError> {
        let base = taxable.times_ratio_half_away_from_zero(i64::from(self.numerator), i64::from(self.denominator))?;
        Ok(StatutoryTotal { base, rate: self.rate })
    }
}

#[cfg(test)]
#[path = "tax_tests.rs"]
mod tests;
