//! Invoices, balances and the journal held against one another.

mod balances;
mod levels;
mod reconcile;
pub(crate) mod report_reconciliation;
mod set_aside;
