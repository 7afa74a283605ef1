//! The rates of tax that stand on a tenant's invoices.

pub(crate) mod create_tax_rate;
pub(crate) mod end_tax_rate;
pub(crate) mod list_tax_rates;
pub(crate) mod tax_rate_view;
#[cfg(test)]
mod tax_rates_tests;
