//! What the platform asks of a tenant.

pub(crate) mod get_owed_invoice;
pub(crate) mod get_owed_invoice_pdf;
pub(crate) mod get_owed_invoice_receipt;
pub(crate) mod list_owed_invoices;
mod owed;
