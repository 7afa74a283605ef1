//! What a tenant owes the platform: its own invoices in the books of tenant zero.

use billing::{Invoice, InvoiceStatus, Invoices};
use kernel::InvoiceId;
use web::{Api, Caller, Problem};

use crate::TenantsRead;

/// An invoice of the platform to the caller's tenant; the same 404 for one that is not there, one that is another's,
/// and a draft.
///
/// # Errors
/// Forbidden; not found, or those of the table.
pub(crate) async fn invoice(api: &Api, caller: &Caller<TenantsRead>, id: InvoiceId) -> Result<Invoice, Problem> {
    let (books, party) = caller.as_customer_of_the_platform()?;
    let found = Invoices::new(api.table(), books).get(id).await?.ok_or_else(Problem::not_found)?;
    let own = found.open_for(&[party]).filter(|invoice| invoice.status() != InvoiceStatus::Draft);
    own.ok_or_else(Problem::not_found)
}
