//! A tenant's rates of tax over time: of each tax one rate of a category holds on a day.

use kernel::{Date, Fault, FaultKind, TaxRateId};

use crate::{BillingRules, TaxRate};

/// How many rates a tenant may have, those that are over included.
pub const MAX_TAX_RATES: usize = 50;

/// Why a rate cannot be kept so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaxRateError {
    /// There is none of this id.
    #[error("there is no such tax rate")]
    NotFound,
    /// As many as there may be.
    #[error("a tenant has at most {MAX_TAX_RATES} tax rates")]
    TooMany,
    /// Another rate of the same tax and category holds on some of its days.
    #[error("{code} has a rate from {from} on already; begin after that day, or end before it")]
    Overlaps {
        /// The tax.
        code: String,
        /// The first day of the other rate.
        from: Date,
    },
    /// It would end before it begins.
    #[error("a rate holds for a day at least: it ends after the day on which it begins")]
    Empty,
    /// What the law says comes to another rate.
    #[error("the statutory rate of that part of the price is not the rate")]
    Statutory,
    /// More than the price.
    #[error("use 0 to 10000 basis points")]
    Rate,
}

impl Fault for TaxRateError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::TooMany | Self::Overlaps { .. } => FaultKind::Conflict,
            Self::Empty | Self::Statutory | Self::Rate => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::TooMany => "TOO_MANY_TAX_RATES",
            Self::Overlaps { .. } => "TAX_RATE_OVERLAPS",
            Self::Empty | Self::Statutory | Self::Rate => "INVALID_TAX_RATE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::NotFound => false,
            Self::TooMany | Self::Overlaps { .. } | Self::Empty | Self::Statutory | Self::Rate => true,
        }
    }
}

/// The largest rate, in basis points: as much as the price.
const WHOLE: u32 = 10_000;

impl TaxRate {
    /// Whether no day may have both.
    fn is_beside(&self, other: &Self) -> bool {
        self.code == other.code && self.category == other.category
    }

    /// Whether it can be.
    fn checked(self) -> Result<Self, TaxRateError> {
        if self.rate.as_basis_points() > WHOLE {
            return Err(TaxRateError::Rate);
        }
        if self.valid_to.is_some_and(|end| end <= self.valid_from) {
            return Err(TaxRateError::Empty);
        }
        if let Some(statutory) = &self.statutory {
            let of_part = u64::from(statutory.rate.as_basis_points()) * u64::from(statutory.numerator);
            let effective = u64::from(self.rate.as_basis_points()) * u64::from(statutory.denominator);
            if statutory.denominator == 0 || of_part != effective {
                return Err(TaxRateError::Statutory);
            }
        }
        Ok(self)
    }
}

impl BillingRules {
    /// Whether a new rate fits beside the others, and the former rate of the same tax and category as it is then: one that had no end
    /// ends on the day on which the new one begins.
    ///
    /// # Errors
    /// `TooMany`, `Overlaps`, `Empty`, `Statutory`, `Rate`.
    pub fn with_rate(&self, new: TaxRate) -> Result<(TaxRate, Option<TaxRate>), TaxRateError> {
        if self.rates.len() >= MAX_TAX_RATES {
            return Err(TaxRateError::TooMany);
        }
        let new = new.checked()?;
        let mut ended = None;
        for other in self.rates.iter().filter(|other| other.is_beside(&new)) {
            let begins_before = other.valid_from < new.valid_from;
            if begins_before && other.valid_to.is_none() {
                ended = Some(TaxRate { valid_to: Some(new.valid_from), ..other.clone() });
                continue;
            }
            let is_over = other.valid_to.is_some_and(|end| end <= new.valid_from);
            let is_later = new.valid_to.is_some_and(|end| end <= other.valid_from);
            if !is_over && !is_later {
                return Err(TaxRateError::Overlaps { code: new.code, from: other.valid_from });
            }
        }
        Ok((new, ended))
    }

    /// The rate of an id, ending on a day: the first that it no longer holds.
    ///
    /// # Errors
    /// `NotFound`, `Empty`, `Overlaps` when the day would reach into a later rate.
    pub fn ending_rate(&self, id: TaxRateId, day: Date) -> Result<TaxRate, TaxRateError> {
        let rate = self.rates.iter().find(|rate| rate.id == id).ok_or(TaxRateError::NotFound)?;
        let ending = TaxRate { valid_to: Some(day), ..rate.clone() }.checked()?;
        let later = self.rates.iter().filter(|other| other.is_beside(rate) && other.valid_from > rate.valid_from);
        match later.map(|other| other.valid_from).find(|from| *from < day) {
            Some(from) => Err(TaxRateError::Overlaps { code: rate.code.clone(), from }),
            None => Ok(ending),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Rate;

    use super::*;
    use crate::{Statutory, TaxCategory};

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn ppn() -> TaxRate {
        TaxRate::ppn("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap())
    }

    fn rules(rates: Vec<TaxRate>) -> BillingRules {
        BillingRules { rates, ..BillingRules::default() }
    }

    #[test]
    fn a_change_of_the_law_ends_the_former_rate_and_no_day_has_two() {
        let from = |text| TaxRate { valid_from: day(text), ..ppn() };
        let (new, ended) = rules(vec![ppn()]).with_rate(from("2027-01-01")).unwrap();
        assert_eq!((new.valid_to, ended.clone().unwrap().valid_to), (None, Some(day("2027-01-01"))));
        let both = rules(vec![ended.unwrap(), new]);
        for asked in ["2025-01-01", "2026-06-30", "2027-01-01"] {
            let overlap = both.with_rate(TaxRate { valid_to: Some(day("2028-01-01")), ..from(asked) });
            assert!(matches!(overlap, Err(TaxRateError::Overlaps { .. })), "{asked}");
        }
        let before = TaxRate { valid_to: Some(day("2025-01-01")), ..from("2022-04-01") };
        assert_eq!(both.with_rate(before).map(|(_, ended)| ended), Ok(None));
        let luxury = TaxRate { code: "PPNBM".to_owned(), statutory: None, ..ppn() };
        assert_eq!(both.with_rate(luxury).map(|(_, ended)| ended), Ok(None), "another tax");
    }

    #[test]
    fn a_tax_has_a_rate_of_each_category_on_a_day() {
        let luxury = TaxRate::ppn_on_luxury("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap());
        let (luxury, ended) = rules(vec![ppn()]).with_rate(luxury).unwrap();
        assert_eq!(ended, None, "the standard rate goes on");
        let both = rules(vec![ppn(), luxury.clone()]);
        assert!(matches!(both.with_rate(luxury.clone()), Err(TaxRateError::Overlaps { .. })));
        let next = TaxRate { valid_from: day("2028-01-01"), ..luxury.clone() };
        assert_eq!(both.with_rate(next).unwrap().1.map(|ended| ended.id), Some(luxury.id));
        assert_eq!(both.ending_rate(luxury.id, day("2026-01-01")).unwrap().category, TaxCategory::Luxury);
    }

    #[test]
    fn what_no_rate_can_be_is_refused() {
        let none = rules(Vec::new());
        let of = |rate: u32| TaxRate { rate: Rate::basis_points(rate), statutory: None, ..ppn() };
        assert_eq!(none.with_rate(of(10_001)), Err(TaxRateError::Rate));
        assert!(none.with_rate(of(0)).is_ok() && none.with_rate(of(10_000)).is_ok());
        let odd = Statutory { rate: Rate::basis_points(1_200), numerator: 11, denominator: 0 };
        assert_eq!(none.with_rate(TaxRate { statutory: Some(odd), ..ppn() }), Err(TaxRateError::Statutory));
        assert_eq!(none.with_rate(TaxRate { rate: Rate::basis_points(1_101), ..ppn() }), Err(TaxRateError::Statutory));
        let empty = TaxRate { valid_to: Some(day("2025-01-01")), ..ppn() };
        assert_eq!(none.with_rate(empty), Err(TaxRateError::Empty));
        assert_eq!(rules(vec![ppn(); MAX_TAX_RATES]).with_rate(ppn()), Err(TaxRateError::TooMany));
    }

    #[test]
    fn a_rate_ends_once_and_not_within_a_later_one() {
        let stays = TaxRate { valid_to: Some(day("2026-01-01")), ..ppn() };
        let later =
            TaxRate { id: "txr_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap(), valid_from: day("2026-01-01"), ..ppn() };
        let both = rules(vec![stays.clone(), later]);
        assert_eq!(both.ending_rate(stays.id, day("2025-06-01")).unwrap().valid_to, Some(day("2025-06-01")));
        assert!(matches!(both.ending_rate(stays.id, day("2026-01-02")), Err(TaxRateError::Overlaps { .. })));
        assert_eq!(both.ending_rate(stays.id, day("2025-01-01")), Err(TaxRateError::Empty));
        let unknown = "txr_01JD2Z3M4N5P6Q7R8S9T0V1W2Z".parse().unwrap();
        assert_eq!(both.ending_rate(unknown, day("2027-01-01")), Err(TaxRateError::NotFound));
    }
}
