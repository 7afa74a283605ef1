//! What orders add up to, by day of the tenant: sales, products, buyers and cohorts.
//!
//! What an order adds to the days is a function of the order as it is now ([`SaleFacts`]): what was counted of it before is kept
//! beside the sums ([`CountedSale`]), and the sums are corrected by the difference, in one transaction. So an order may be looked
//! at however often and in whatever order things are heard of it: the days are the same. Every amount is on the day on which the
//! journal has it: a sale on that of its invoice, what is taken back on that of its credit note.
//!
//! Nothing here knows of orders, invoices or payments: whoever puts them together hands in what they say. Reading is
//! [`SalesRollups`].

mod buyers;
mod counted;
mod figures;
#[cfg(test)]
mod golden;
mod parquet;
mod ranges;
mod recount;
mod repo;
mod reports;
mod rows;
mod sale;
mod sketch;

pub use buyers::{BuyerChange, COHORT_MONTHS, ShopBuyer};
pub use counted::{CountedDay, CountedProduct, CountedSale, CountingStep, Overflow};
pub use figures::{ProductFigures, SalesFigures};
pub use parquet::{ParquetColumn, ParquetValues, parquet};
pub use ranges::{DayRange, DayRangeError, MOST_DAYS, SalesInterval};
pub use recount::{RecountPlace, RecountTurn, SalesRecount, SalesRecountState};
pub use repo::{MOST_PRODUCT_ROWS, SalesRollups, TooManyProducts};
pub use reports::{
    buyers::{BuyerCohort, BuyerFigures, BuyersReport, cohorts},
    products::{ProductRank, ProductSum, top_products},
    sales::{CurrencySales, SalesBucket, sales_report},
};
pub use rows::{BuyerDay, CohortCell, ProductRow, SalesDay};
pub use sale::{ReturnedPieces, SaleDays, SaleFacts, SoldLine, TakenFromSale};
pub use sketch::{Distinct, EXACT, Sketch};
