//! A rate of a tax, as callers see one.

use billing::{Statutory, TaxCategory, TaxRate};
use kernel::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rate of a tax.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxRateView {
    /// The id.
    #[schema(example = "txr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub id: String,
    /// The short name.
    #[schema(example = "PPN")]
    pub code: String,
    /// Which lines it is on: those that are no luxury, or those that are.
    pub category: TaxCategory,
    /// The name on invoices.
    #[schema(example = "PPN")]
    pub name: String,
    /// In hundredths of a percent, of the price.
    #[schema(example = 1_100)]
    pub rate_basis_points: u32,
    /// The rate and the part of the price as the law puts them, where that differs.
    pub statutory: Option<StatutoryBody>,
    /// Whether prices hold it.
    pub inclusive: bool,
    /// Whether it is on invoices that are issued today: the tenant is registered, and the day is within the rate's own.
    pub in_force: bool,
    /// The first day of issue that it is for.
    #[schema(example = "2025-01-01")]
    pub valid_from: Date,
    /// The first day that it is no longer for.
    pub valid_to: Option<Date>,
}

/// A tax as the law puts it: a rate of a part of the price. PPN is 12 % of 11/12.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatutoryBody {
    /// The rate, in hundredths of a percent.
    #[schema(minimum = 0, maximum = 10_000, example = 1_200)]
    pub rate_basis_points: u32,
    /// The part of the price: its numerator.
    #[schema(minimum = 1, maximum = 1_000, example = 11)]
    pub numerator: u16,
    /// The part of the price: its denominator.
    #[schema(minimum = 1, maximum = 1_000, example = 12)]
    pub denominator: u16,
}

impl TaxRateView {
    /// Its name in its list: there is one of a code and category from a day on.
    pub(crate) fn place(&self) -> String {
        match self.category {
            TaxCategory::Standard => format!("{}#{}", self.code, self.valid_from),
            TaxCategory::Luxury => format!("{}#{}#{}", self.code, self.valid_from, self.category.as_str()),
        }
    }

    /// The rate, and whether it is in force.
    pub(crate) fn of(rate: &TaxRate, in_force: bool) -> Self {
        Self {
            id: rate.id.to_string(),
            code: rate.code.clone(),
            category: rate.category,
            name: rate.label.clone(),
            rate_basis_points: rate.rate.as_basis_points(),
            statutory: rate.statutory.map(StatutoryBody::from),
            inclusive: rate.mode == billing::TaxMode::Inclusive,
            in_force,
            valid_from: rate.valid_from,
            valid_to: rate.valid_to,
        }
    }
}

impl From<Statutory> for StatutoryBody {
    fn from(Statutory { rate, numerator, denominator }: Statutory) -> Self {
        Self { rate_basis_points: rate.as_basis_points(), numerator, denominator }
    }
}
