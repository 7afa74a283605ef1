//! What sales come to, as reports show it.

use analytics::SalesFigures;
use kernel::{Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;
use web::Cell;

/// What was sold. `net = gross − discounts + shipping − includedTax − voided − creditNotes`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SalesAmounts {
    /// How many orders were placed.
    #[schema(example = 12)]
    pub orders: i64,
    /// How many were paid, or cost nothing.
    #[schema(example = 11)]
    pub paid_orders: i64,
    /// How many ended without being paid.
    #[schema(example = 1)]
    pub voided_orders: i64,
    /// How many pieces were ordered.
    #[schema(example = 30)]
    pub units: i64,
    /// How many were not bought after all: of orders that ended unpaid, called off, or sent back.
    #[schema(example = 2)]
    pub units_back: i64,
    /// What the goods cost before discounts, as prices are stated.
    pub gross: Money,
    /// What was taken off, of goods and shipping.
    pub discounts: Money,
    /// What shipping cost before its discount, as prices are stated.
    pub shipping: Money,
    /// The tax that the prices hold.
    pub included_tax: Money,
    /// What orders that ended unpaid had come to, without tax.
    pub voided: Money,
    /// What credit notes took back, without tax.
    pub credit_notes: Money,
    /// What was earned without tax, less what was taken back: what orders moved on the account of revenue.
    pub net: Money,
    /// The tax on it, less what was taken back: what orders moved on the account of taxes.
    pub tax: Money,
    /// Money that was used for orders.
    pub paid: Money,
    /// Money of those payments that went back to payers, less what came back of it.
    pub refunded: Money,
    /// `gross − discounts` for each order that was placed, rounded half away from zero; nothing without orders.
    pub average_order: Money,
}

/// The columns of the same in a table. Amounts are in minor units of the row's currency.
pub(crate) const COLUMNS: [&str; 16] = [
    "orders",
    "paidOrders",
    "voidedOrders",
    "units",
    "unitsBack",
    "gross",
    "discounts",
    "shipping",
    "includedTax",
    "voided",
    "creditNotes",
    "net",
    "tax",
    "paid",
    "refunded",
    "averageOrder",
];

impl SalesAmounts {
    pub(crate) fn of(figures: &SalesFigures, currency: Currency) -> Self {
        let money = |minor| Money::new(minor, currency);
        Self {
            orders: figures.orders,
            paid_orders: figures.paid_orders,
            voided_orders: figures.voided_orders,
            units: figures.units,
            units_back: figures.units_back,
            gross: money(figures.gross),
            discounts: money(figures.discounts),
            shipping: money(figures.shipping),
            included_tax: money(figures.included_tax),
            voided: money(figures.voided),
            credit_notes: money(figures.credited),
            net: money(figures.net),
            tax: money(figures.tax),
            paid: money(figures.paid),
            refunded: money(figures.refunded),
            average_order: money(figures.average_order()),
        }
    }

    /// The cells of [`COLUMNS`].
    pub(crate) fn cells(&self) -> [Cell<'static>; 16] {
        [
            self.orders,
            self.paid_orders,
            self.voided_orders,
            self.units,
            self.units_back,
            self.gross.minor(),
            self.discounts.minor(),
            self.shipping.minor(),
            self.included_tax.minor(),
            self.voided.minor(),
            self.credit_notes.minor(),
            self.net.minor(),
            self.tax.minor(),
            self.paid.minor(),
            self.refunded.minor(),
            self.average_order.minor(),
        ]
        .map(Cell::Number)
    }
}
