//! What a tenant asks of its customers.

pub(crate) mod get_invoice;
pub(crate) mod get_invoice_pdf;
pub(crate) mod get_invoice_receipt;
pub(crate) mod invoice_view;
pub(crate) mod list_invoices;
pub(crate) mod papers;
