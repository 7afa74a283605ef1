//! Where an invoice's PDF is kept.

use kernel::{InvoiceId, TenantId};

/// The path of an invoice's PDF in the object store: known before it is made, and the same however often it is made.
pub fn pdf_path(tenant: TenantId, invoice: InvoiceId) -> String {
    format!("tenants/{tenant}/invoices/{invoice}.pdf")
}
