//! Invoices that are written by hand: from the draft to its issue.

pub(crate) mod create_invoice;
pub(crate) mod delete_invoice;
#[cfg(test)]
mod draft_tests;
pub(crate) mod finalize_invoice;
pub(crate) mod line_body;
pub(crate) mod update_invoice;
