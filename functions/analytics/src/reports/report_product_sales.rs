//! `GET /api/v1/analytics/products`: what sells best.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one more rate-limit write, up to
//! three queries: of the whole months in the range, and of the days at each end; each again for every megabyte more (some 4,000
//! rows).

use analytics::{ProductRank, ProductSum, SalesRollups, top_products};
use axum::extract::State;
use kernel::{Currency, Date, Money, ProductId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Cell, Csv, Day, Envelope, Limit, Problem, QueryString, Reply, ReportFormat};

use crate::{
    AnalyticsRead,
    reports::days::{days, invalid},
};

/// How many products of each currency there are when nobody says how many, and at most.
const USUAL: u16 = 20;
const MOST: u16 = 100;

/// Which days, how many products in which order, and how they are written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductSalesQuery {
    /// The first day, in the tenant's zone; the first of the last day's month when left out.
    pub from: Option<Day>,
    /// The last day, at most 399 days after the first and not after today; today when left out.
    pub to: Option<Day>,
    /// `net` when left out.
    pub by: Option<ProductRank>,
    /// How many products of each currency; 20 when left out.
    #[schema(minimum = 1, maximum = 100)]
    pub top: Option<u16>,
    /// `json` when left out.
    pub format: Option<ReportFormat>,
}

/// The products that sold best.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductSalesReport {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// By what they are ordered.
    pub by: ProductRank,
    /// The first of each currency, by currency.
    pub products: Vec<SoldProduct>,
}

/// A product in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SoldProduct {
    /// Which product; it may be gone.
    pub product_id: ProductId,
    /// What it was called when it was last ordered.
    #[schema(example = "Kopi Gayo")]
    pub title: String,
    /// The currency.
    pub currency: Currency,
    /// How many orders have it, less those that ended unpaid.
    #[schema(example = 9)]
    pub orders: i64,
    /// How many pieces were ordered.
    #[schema(example = 20)]
    pub units: i64,
    /// How many were not bought after all.
    #[schema(example = 1)]
    pub units_back: i64,
    /// What they cost before discounts, as prices are stated.
    pub gross: Money,
    /// What was taken off.
    pub discounts: Money,
    /// What they brought without tax, less what was taken back.
    pub net: Money,
}

/// Report products that sell best
///
/// Of the current month, or of the days given: 400 at most. Shipping is no part of it: over all products, gross and net are those of
/// the sales less shipping. Whole months are read as such: days that are none cost more, and are refused where more than 40,000 rows
/// of products and days would be read. A tenant has six reports a minute.
#[utoipa::path(
    get, path = "/api/v1/analytics/products",
    responses(
        (status = 200, content((Envelope<ProductSalesReport> = "application/json"), (Csv = "text/csv"))),
        (status = 422, description = "VALIDATION_FAILED: no days, too many, days to come, or too many products")
    )
)]
pub async fn report_product_sales(
    State(api): State<Api>,
    caller: Caller<AnalyticsRead>,
    QueryString(query): QueryString<ProductSalesQuery>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let range = days((query.from, query.to), (zone, api.now()))?;
    let most = query.top.unwrap_or(USUAL);
    if !(1..=MOST).contains(&most) {
        return Err(invalid("top", "use a number from 1 to 100"));
    }
    caller.limit_tenant(&api, Limit::REPORTS).await?;
    let refused = |error: &dyn std::error::Error| invalid("from", &error.to_string());
    let rows = SalesRollups::new(api.table(), caller.scope).products(range).await?.map_err(|error| refused(&error))?;
    let by = query.by.unwrap_or_default();
    let products = top_products(rows, by, usize::from(most)).map_err(|error| refused(&error))?;
    let report = ProductSalesReport {
        from: range.from(),
        to: range.to(),
        timezone: zone.clone(),
        by,
        products: products.into_iter().map(SoldProduct::from).collect(),
    };
    Reply::report(query.format, &report, table)
}

impl From<ProductSum> for SoldProduct {
    fn from(ProductSum { product, title, currency, figures }: ProductSum) -> Self {
        Self {
            product_id: product,
            title,
            currency,
            orders: figures.orders,
            units: figures.units,
            units_back: figures.units_back,
            gross: Money::new(figures.gross, currency),
            discounts: Money::new(figures.discounts, currency),
            net: Money::new(figures.net, currency),
        }
    }
}

/// Amounts are in minor units of the row's currency.
fn table(report: &ProductSalesReport) -> Csv {
    let mut table =
        Csv::new(&["productId", "title", "currency", "orders", "units", "unitsBack", "gross", "discounts", "net"]);
    for one in &report.products {
        let named = [one.product_id.to_string(), one.title.clone(), one.currency.to_string()].map(Cell::text);
        let amounts = [one.gross, one.discounts, one.net].map(Money::minor);
        let numbers = [one.orders, one.units, one.units_back].into_iter().chain(amounts).map(Cell::Number);
        table.add(named.into_iter().chain(numbers));
    }
    table
}
