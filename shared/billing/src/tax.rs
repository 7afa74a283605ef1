//! Tax on an invoice: rates as data, one rounding per invoice and tax, shared out to the lines without losing a unit.

use kernel::{Currency, Money, MoneyError, Rate};
use serde::{Deserialize, Serialize};

/// A tax and how it is printed. Prices are without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxRule {
    /// The currency of the invoices that it is for.
    pub currency: Currency,
    /// The short name, such as `PPN`.
    pub code: String,
    /// The name on the invoice.
    pub label: String,
    /// What part of the price it is.
    pub rate: Rate,
    /// The law's own way of putting it, where that differs.
    pub statutory: Option<Statutory>,
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
    /// The short name.
    pub code: String,
    /// The name on the invoice.
    pub label: String,
    /// What part of the price it is.
    pub rate: Rate,
    /// The price that it is on.
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

/// A tax with each line's share of it; the shares sum to the tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The tax of the whole invoice.
    pub total: TaxTotal,
    /// The share of each line, in the order of the lines.
    pub shares: Vec<Money>,
}

/// The rules that a new tenant starts with: PPN on rupiah; nothing on dollars.
pub fn default_rules() -> Vec<TaxRule> {
    let ppn = TaxRule {
        currency: Currency::IDR,
        code: "PPN".to_owned(),
        label: "PPN".to_owned(),
        rate: Rate::basis_points(1_100),
        statutory: Some(Statutory { rate: Rate::basis_points(1_200), numerator: 11, denominator: 12 }),
    };
    vec![ppn, untaxed(Currency::USD)]
}

/// The rule for a currency; no tax when there is none.
pub fn rule_for(rules: &[TaxRule], currency: Currency) -> TaxRule {
    rules.iter().find(|rule| rule.currency == currency).cloned().unwrap_or_else(|| untaxed(currency))
}

fn untaxed(currency: Currency) -> TaxRule {
    TaxRule { currency, code: "NONE".to_owned(), label: "Tax".to_owned(), rate: Rate::ZERO, statutory: None }
}

impl TaxRule {
    /// Whether there is no tax at all, so that none is printed.
    pub fn is_none(&self) -> bool {
        self.rate == Rate::ZERO
    }

    /// The tax on lines of these net amounts, none of them negative, rounded once over the whole invoice.
    ///
    /// # Errors
    /// `CurrencyMismatch` when a line is not of the rule's currency, `Overflow`.
    pub fn assess(&self, nets: &[Money]) -> Result<Assessment, MoneyError> {
        let taxable = Money::sum(self.currency, nets.iter().copied())?;
        let tax = taxable.at_rate_half_away_from_zero(self.rate)?;
        let weights: Vec<u64> = nets.iter().map(|net| net.minor().unsigned_abs()).collect();
        let shares = if tax.is_zero() { vec![Money::zero(self.currency); nets.len()] } else { tax.allocate(&weights)? };
        let statutory = self.statutory.map(|statutory| statutory.of(taxable)).transpose()?;
        let (code, label) = (self.code.clone(), self.label.clone());
        Ok(Assessment { total: TaxTotal { code, label, rate: self.rate, taxable, statutory, tax }, shares })
    }
}

impl Statutory {
    fn of(self, taxable: Money) -> Result<StatutoryTotal, MoneyError> {
        let base = taxable.times_ratio_half_away_from_zero(i64::from(self.numerator), i64::from(self.denominator))?;
        Ok(StatutoryTotal { base, rate: self.rate })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ppn() -> TaxRule {
        rule_for(&default_rules(), Currency::IDR)
    }

    fn idr(minor: i64) -> Money {
        Money::new(minor, Currency::IDR)
    }

    #[test]
    fn ppn_by_the_vectors_of_the_regulation() {
        // facts/providers.md §4: price, DPP, PPN.
        for (price, dpp, tax) in [
            (1_000_000, 916_667, 110_000),
            (145_000, 132_917, 15_950),
            (99_999, 91_666, 11_000),
            (3_453_454, 3_165_666, 379_880),
            (12_345, 11_316, 1_358),
            (10_001, 9_168, 1_100),
            (7, 6, 1),
        ] {
            let total = ppn().assess(&[idr(price)]).unwrap().total;
            assert_eq!((total.statutory.unwrap().base.minor(), total.tax.minor()), (dpp, tax), "{price}");
        }
    }

    #[test]
    fn one_rounding_per_invoice_not_per_line() {
        // Three lines of Rp5: 0.55 each would round to 1 + 1 + 1; the invoice's Rp15 are taxed with 1.65, that is 2.
        let assessment = ppn().assess(&[idr(5), idr(5), idr(5)]).unwrap();
        assert_eq!(assessment.total.tax, idr(2));
        assert_eq!(assessment.shares, [idr(1), idr(1), idr(0)]);
    }

    #[test]
    fn dollars_and_unknown_currencies_are_untaxed() {
        for currency in [Currency::USD, Currency::JPY] {
            let rule = rule_for(&default_rules(), currency);
            let assessment = rule.assess(&[Money::new(2_999, currency)]).unwrap();
            assert!(assessment.total.tax.is_zero() && assessment.total.statutory.is_none());
        }
    }

    #[test]
    fn an_invoice_over_nothing_has_no_tax() {
        let assessment = ppn().assess(&[idr(0), idr(0)]).unwrap();
        assert_eq!(assessment.shares, [idr(0), idr(0)]);
        assert!(matches!(ppn().assess(&[Money::new(1, Currency::USD)]), Err(MoneyError::CurrencyMismatch { .. })));
    }

    proptest! {
        #[test]
        fn the_lines_taxes_sum_to_the_invoices(nets in prop::collection::vec(0_i64..10_000_000, 1..20)) {
            let lines: Vec<_> = nets.iter().copied().map(idr).collect();
            let assessment = ppn().assess(&lines).unwrap();
            let shares: i64 = assessment.shares.iter().map(|share| share.minor()).sum();
            prop_assert_eq!(shares, assessment.total.tax.minor());
            // Half up of 11 %, in integers.
            prop_assert_eq!(shares, (nets.iter().sum::<i64>() * 11 + 50) / 100);
            prop_assert!(assessment.shares.iter().all(|share| !share.is_negative()));
        }
    }
}
