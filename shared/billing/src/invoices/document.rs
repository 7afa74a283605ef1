//! Where the documents of an invoice and its credit notes are kept: known before they are made, and the same however often they are made.

use kernel::{CreditNoteId, InvoiceId, TenantId};

use crate::InvoiceNumber;

/// The path of the invoice as it was issued, in the object store.
pub fn pdf_path(tenant: TenantId, invoice: InvoiceId) -> String {
    format!("tenants/{tenant}/invoices/{invoice}.pdf")
}

/// The path of the invoice as it is once payments have paid it.
pub fn paid_pdf_path(tenant: TenantId, invoice: InvoiceId) -> String {
    format!("tenants/{tenant}/invoices/{invoice}.paid.pdf")
}

/// The path of the invoice as it is once it was voided.
pub fn void_pdf_path(tenant: TenantId, invoice: InvoiceId) -> String {
    format!("tenants/{tenant}/invoices/{invoice}.void.pdf")
}

/// The path of the receipt for those payments.
pub fn receipt_path(tenant: TenantId, invoice: InvoiceId) -> String {
    format!("tenants/{tenant}/invoices/{invoice}.receipt.pdf")
}

/// The path of a credit note.
pub fn credit_note_path(tenant: TenantId, credit_note: CreditNoteId) -> String {
    format!("tenants/{tenant}/credit-notes/{credit_note}.pdf")
}

/// The number of an invoice's receipt, as printed: there is one for each invoice.
pub fn receipt_number(invoice: InvoiceNumber) -> String {
    format!("KW-{invoice}")
}
