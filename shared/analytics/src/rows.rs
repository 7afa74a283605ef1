//! The rows of sums, and where they stand: all of a tenant's in one partition, in an order in which a range of days is one query.

use kernel::{Currency, CustomerId, Date, OrderId, ProductId};
use serde::{Deserialize, Serialize};
use table::{Key, Record, TenantScope};

use crate::{CountedSale, ProductFigures, SalesFigures, SalesRecount, ShopBuyer, Sketch};

/// The partition of a tenant's sums.
pub(crate) const SALES: &str = "SALES";

/// What the orders of a day add up to, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SalesDay {
    /// Which day.
    pub day: Date,
    /// In which currency.
    pub currency: Currency,
    /// How much.
    #[serde(flatten)]
    pub figures: SalesFigures,
}

/// What the orders of a day, or of a month, add up to for a product, in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductRow {
    /// The day, or the first one of the month.
    pub day: Date,
    /// In which currency.
    pub currency: Currency,
    /// Which product.
    pub product: ProductId,
    /// What it was called when it was last counted.
    pub title: String,
    /// How much.
    #[serde(flatten)]
    pub figures: ProductFigures,
}

/// Who bought on a day. A change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuyerDay {
    /// Which day.
    pub day: Date,
    /// For how many it was the first day.
    pub first: i64,
    /// All of them, by keyed hashes.
    pub buyers: Sketch,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// How many of those whose first month is one bought in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CohortCell {
    /// The first day of their first month.
    pub first: Date,
    /// The first day of the month in which they bought.
    pub month: Date,
    /// How many.
    #[serde(default)]
    pub buyers: i64,
}

impl Record for SalesDay {
    const ROWS: &'static [&'static str] = &["SALES / D#{day}#{currency}"];
}

impl Record for ProductRow {
    const ROWS: &'static [&'static str] =
        &["SALES / M#{month}#{currency}#{product}", "SALES / P#{day}#{currency}#{product}"];
}

impl Record for BuyerDay {
    const ROWS: &'static [&'static str] = &["SALES / U#{day}"];
}

impl Record for CohortCell {
    const ROWS: &'static [&'static str] = &["SALES / C#{first}#{month}"];
}

impl Record for ShopBuyer {
    const ROWS: &'static [&'static str] = &["SALES / B#{customer}"];
}

impl Record for CountedSale {
    const ROWS: &'static [&'static str] = &["SALES / O#{order}"];
}

impl Record for SalesRecount {
    const ROWS: &'static [&'static str] = &["SALES / RECOUNT"];
}

/// The month of a day, such as `2026-12`.
pub(crate) fn month(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

pub(crate) fn day_key(scope: TenantScope, day: Date, currency: Currency) -> Key {
    scope.key(SALES, format_args!("D#{day}#{currency}"))
}

pub(crate) fn product_key(scope: TenantScope, day: Date, currency: Currency, product: ProductId) -> Key {
    scope.key(SALES, format_args!("P#{day}#{currency}#{product}"))
}

pub(crate) fn product_month_key(scope: TenantScope, day: Date, currency: Currency, product: ProductId) -> Key {
    scope.key(SALES, format_args!("M#{}#{currency}#{product}", month(day)))
}

pub(crate) fn buyer_day_key(scope: TenantScope, day: Date) -> Key {
    scope.key(SALES, format_args!("U#{day}"))
}

pub(crate) fn cohort_key(scope: TenantScope, first: Date, bought: Date) -> Key {
    scope.key(SALES, format_args!("C#{}#{}", month(first), month(bought)))
}

pub(crate) fn buyer_key(scope: TenantScope, customer: CustomerId) -> Key {
    scope.key(SALES, format_args!("B#{customer}"))
}

pub(crate) fn counted_key(scope: TenantScope, order: OrderId) -> Key {
    scope.key(SALES, format_args!("O#{order}"))
}

pub(crate) fn recount_key(scope: TenantScope) -> Key {
    scope.key(SALES, "RECOUNT")
}
