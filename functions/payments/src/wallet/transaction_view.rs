//! A movement of a customer's balance, as callers see it.

use kernel::{CreditNoteId, InvoiceId, Money, PaymentId, RefundId, Timestamp, WithdrawalId};
use ledger::{Occasion, WalletLine};
use serde::Serialize;
use utoipa::ToSchema;

/// What moved a customer's balance once.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WalletTransaction {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: WalletTransactionKind,
    /// What it changed of the balance: below zero when something was taken. Nothing when a withdrawal settles, since its
    /// money left the balance when it was held.
    pub amount: Money,
    /// What is on the balance in this currency afterwards.
    pub balance: Money,
    /// What withdrawals hold in this currency afterwards.
    pub held: Money,
    /// The invoice that it is about.
    pub invoice_id: Option<InvoiceId>,
    /// The payment that came in or went back.
    pub payment_id: Option<PaymentId>,
    /// The refund that gave money back.
    pub refund_id: Option<RefundId>,
    /// The credit note that took something back.
    pub credit_note_id: Option<CreditNoteId>,
    /// The withdrawal that takes money off the balance.
    pub withdrawal_id: Option<WithdrawalId>,
}

/// What moved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WalletTransactionKind {
    /// A payment came in for the balance.
    Deposit,
    /// A payment came in that no invoice could take, or not all of it.
    UnappliedPayment,
    /// The balance paid an invoice, or a part of it.
    InvoicePaid,
    /// A change of a subscription gave back more than it asked for.
    InvoiceCredit,
    /// An invoice was taken back that the balance had paid.
    InvoiceVoided,
    /// A part of an invoice was taken back that was paid.
    CreditNote,
    /// Money of a payment went back to its payer.
    Refund,
    /// A refund came to nothing, and its money is on the balance again.
    RefundReturned,
    /// Money was taken off the balance, to be paid out.
    WithdrawalHeld,
    /// What a withdrawal took was paid out.
    WithdrawalSettled,
    /// What a withdrawal took is on the balance again.
    WithdrawalReturned,
}

impl WalletTransactionKind {
    /// What an occasion is to a wallet; nothing for one that never touches a balance.
    const fn of(occasion: Occasion) -> Option<Self> {
        Some(match occasion {
            Occasion::Deposited { .. } => Self::Deposit,
            Occasion::PaymentUnapplied { .. } => Self::UnappliedPayment,
            Occasion::BalanceApplied { .. } => Self::InvoicePaid,
            Occasion::InvoiceIssued { .. } => Self::InvoiceCredit,
            Occasion::InvoiceVoided { .. } => Self::InvoiceVoided,
            Occasion::CreditNoteIssued { .. } => Self::CreditNote,
            Occasion::Refunded { .. } | Occasion::Withdrawn { .. } => Self::Refund,
            Occasion::RefundReturned { .. } => Self::RefundReturned,
            Occasion::WithdrawalHeld { .. } => Self::WithdrawalHeld,
            Occasion::WithdrawalSettled { .. } => Self::WithdrawalSettled,
            Occasion::WithdrawalReturned { .. } => Self::WithdrawalReturned,
            Occasion::InvoicePaid { .. } | Occasion::WrittenOff { .. } | Occasion::RevenueRecognised { .. } => {
                return None;
            }
        })
    }
}

impl WalletTransaction {
    /// Nothing for an occasion that never touches a balance.
    pub(crate) fn of(line: &WalletLine) -> Option<Self> {
        let WalletLine { at, occasion, amount, balance, held, .. } = *line;
        Some(Self {
            at,
            kind: WalletTransactionKind::of(occasion)?,
            amount,
            balance,
            held,
            invoice_id: occasion.invoice(),
            payment_id: occasion.payment(),
            refund_id: occasion.refund(),
            credit_note_id: occasion.credit_note(),
            withdrawal_id: occasion.withdrawal(),
        })
    }
}
