//! Reports for accountants, as JSON and CSV.

#[cfg(test)]
pub(crate) mod bookkeeping;
pub(crate) mod days;
mod debts;
pub(crate) mod report_aging;
pub(crate) mod report_mrr;
pub(crate) mod report_revenue;
pub(crate) mod report_tax;
pub(crate) mod report_usage;
mod tax_view;
