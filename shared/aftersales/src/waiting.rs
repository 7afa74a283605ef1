//! What an order that waits for its payment has come to.

use billing::{Invoice, InvoiceState};

/// What an order that waits for its payment has come to, by its invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It is paid.
    Paid,
    /// Nobody is asked for it any more: it was voided, or credited away.
    CalledOff,
    /// It still waits.
    Unpaid,
}

impl Waiting {
    /// As the invoice says.
    pub fn by(invoice: &Invoice) -> Self {
        match invoice.state {
            InvoiceState::Paid { .. } => {
                let credited_away = invoice.told_paid().is_some_and(|told| told.credit_note_id.is_some());
                if credited_away { Self::CalledOff } else { Self::Paid }
            }
            InvoiceState::Void { .. } => Self::CalledOff,
            InvoiceState::Draft | InvoiceState::Open | InvoiceState::Uncollectible { .. } => Self::Unpaid,
        }
    }
}
