//! What the journal needs to know of an invoice.

use billing::{Invoice, InvoiceState};
use kernel::{Money, MoneyError, Party};
use ledger::{IssuedInvoice, Owed};

/// Who owes it.
pub(crate) const fn party(invoice: &Invoice) -> Party {
    invoice.bill_to.party
}

/// What its issue posts. What is asked for days that are still to come counts as earned: nothing recognises it later yet.
pub(crate) fn issued(invoice: &Invoice) -> Result<IssuedInvoice, MoneyError> {
    let split = invoice.split()?;
    Ok(IssuedInvoice {
        id: invoice.id,
        party: party(invoice),
        earned: split.earned.checked_add(split.deferred)?,
        deferred: Money::zero(invoice.currency),
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
