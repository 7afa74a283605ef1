//! What the journal needs to know of an invoice.

use billing::{Invoice, InvoiceState};
use kernel::{MoneyError, Party};
use ledger::{IssuedInvoice, Owed};

/// Who owes it.
pub(crate) const fn party(invoice: &Invoice) -> Party {
    invoice.bill_to.party
}

/// What its issue posts.
pub(crate) fn issued(invoice: &Invoice) -> Result<IssuedInvoice, MoneyError> {
    let split = invoice.split()?;
    Ok(IssuedInvoice {
        id: invoice.id,
        party: party(invoice),
        earned: split.earned,
        deferred: split.deferred,
        tax: split.tax,
        surplus: invoice.surplus,
    })
}

/// Where what it asks for stands.
pub(crate) const fn owed(invoice: &Invoice) -> Owed {
    match invoice.state {
        InvoiceState::Uncollectible { .. } => Owed::GivenUp,
        InvoiceState::Draft | InvoiceState::Open | InvoiceState::Paid { .. } | InvoiceState::Void { .. } => Owed::Yes,
    }
}
