//! What an order that waits for its payment has come to.

use billing::{Invoice, InvoiceState};
use kernel::Money;

/// What an order that waits for its payment has come to, by its invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It is paid, though staff may have waived a part.
    Paid,
    /// Nobody is asked for it any more: it was voided, or credit notes took back all of it.
    CalledOff,
    /// It still waits.
    Unpaid,
}

impl Waiting {
    /// As the invoice says.
    pub fn by(invoice: &Invoice) -> Self {
        match invoice.state {
            InvoiceState::Paid { .. } => {
                // What closed it does not matter: where anything else than credit notes paid a part, the buyer has bought.
                let taken = invoice.credited().map_or(0, Money::minor);
                let credited_away = !invoice.total.is_zero() && taken >= invoice.total.minor();
                if credited_away { Self::CalledOff } else { Self::Paid }
            }
            InvoiceState::Void { .. } => Self::CalledOff,
            InvoiceState::Draft | InvoiceState::Open | InvoiceState::Uncollectible { .. } => Self::Unpaid,
        }
    }
}
