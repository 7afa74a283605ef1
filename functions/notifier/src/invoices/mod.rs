//! Events about invoices and what is paid for them.

pub(crate) mod credit_note;
pub(crate) mod dunning;
pub(crate) mod invoice_paid;
pub(crate) mod invoice_ready;
pub(crate) mod invoice_voided;
mod payer;
pub(crate) mod payment_received;
