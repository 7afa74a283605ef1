//! Events about invoices.

pub(crate) mod credit_note;
pub(crate) mod dunning;
pub(crate) mod invoice_paid;
pub(crate) mod invoice_ready;
pub(crate) mod invoice_voided;
pub(crate) mod overdue_beside;
pub(crate) mod payer;
