//! Reports of sales, products and buyers.

pub(crate) mod days;
pub(crate) mod get_sales_dashboard;
pub(crate) mod report_buyers;
pub(crate) mod report_product_sales;
pub(crate) mod report_sales;
#[cfg(test)]
mod report_tests;
pub(crate) mod sales_amounts;
