//! What reports for accountants say, made of invoices and of what the journal moved: pure sums.

pub(crate) mod aging;
pub(crate) mod tax_report;
