//! A movement of a customer's money, as callers see it.

use std::collections::{BTreeMap, BTreeSet};

use billing::{AppliedPayment, Invoice};
use kernel::{CreditNoteId, InvoiceId, Money, PaymentId, RefundId, Timestamp, WithdrawalId};
use ledger::{Occasion, StatementLine};
use serde::Serialize;
use utoipa::ToSchema;

/// What happened to a customer's money once.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRow {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: HistoryKind,
    /// How much it was over; never below zero.
    pub amount: Money,
    /// What is owed in this currency afterwards.
    pub owed: Money,
    /// What is on the balance in this currency afterwards: money that no invoice has taken.
    pub balance: Money,
    /// The invoice that it is about.
    pub invoice_id: Option<InvoiceId>,
    /// Its number.
    #[schema(example = "INV-2026-12-0001")]
    pub invoice_number: Option<String>,
    /// The payment that came in or went back.
    pub payment_id: Option<PaymentId>,
    /// The refund that gave money back.
    pub refund_id: Option<RefundId>,
    /// The credit note that took something back.
    pub credit_note_id: Option<CreditNoteId>,
    /// The withdrawal that takes money off the balance.
    pub withdrawal_id: Option<WithdrawalId>,
    /// Tells rows apart.
    #[serde(skip)]
    pub(crate) name: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HistoryKind {
    /// An invoice was issued.
    Invoice,
    /// An invoice was taken back.
    Void,
    /// A payment settled an invoice, or a part of it.
    Payment,
    /// A payment came in that no invoice could take, and is on the balance.
    UnappliedPayment,
    /// A payment came in for the balance.
    Deposit,
    /// The balance paid an invoice, or a part of it.
    BalanceApplied,
    /// A part of an invoice was taken back.
    CreditNote,
    /// Money went back.
    Refund,
    /// A refund came to nothing, and its money is on the balance again.
    RefundReturned,
    /// What an invoice asked for was given up. A later payment of it changes neither what is owed nor the balance.
    WriteOff,
    /// Money was taken off the balance, to be paid out.
    Withdrawal,
    /// What a withdrawal took was paid out; neither what is owed nor the balance changes.
    WithdrawalSettled,
    /// What a withdrawal took is on the balance again.
    WithdrawalReturned,
}

impl HistoryKind {
    /// What an occasion is to the customer; nothing for what moves none of their money.
    const fn of(occasion: Occasion) -> Option<Self> {
        Some(match occasion {
            Occasion::InvoiceIssued { .. } => Self::Invoice,
            Occasion::InvoiceVoided { .. } => Self::Void,
            Occasion::InvoicePaid { .. } => Self::Payment,
            Occasion::PaymentUnapplied { .. } => Self::UnappliedPayment,
            Occasion::Deposited { .. } => Self::Deposit,
            Occasion::BalanceApplied { .. } => Self::BalanceApplied,
            Occasion::CreditNoteIssued { .. } => Self::CreditNote,
            Occasion::Refunded { .. } | Occasion::Withdrawn { .. } => Self::Refund,
            Occasion::RefundReturned { .. } => Self::RefundReturned,
            Occasion::WrittenOff { .. } => Self::WriteOff,
            Occasion::WithdrawalHeld { .. } => Self::Withdrawal,
            Occasion::WithdrawalSettled { .. } => Self::WithdrawalSettled,
            Occasion::WithdrawalReturned { .. } => Self::WithdrawalReturned,
            Occasion::RevenueRecognised { .. } => return None,
        })
    }
}

impl HistoryRow {
    fn of(line: &StatementLine) -> Option<Self> {
        let StatementLine { entry, at, occasion, amount, owed, balance } = *line;
        Some(Self {
            at,
            kind: HistoryKind::of(occasion)?,
            amount,
            owed,
            balance,
            invoice_id: occasion.invoice(),
            invoice_number: None,
            payment_id: occasion.payment(),
            refund_id: occasion.refund(),
            credit_note_id: occasion.credit_note(),
            withdrawal_id: occasion.withdrawal(),
            name: format!("{entry}#{}", amount.currency()),
        })
    }

    /// A payment of an invoice that was given up: the journal has it on accounts of the tenant alone.
    fn late(invoice: &Invoice, payment: &AppliedPayment, before: Option<&Self>) -> Self {
        let nothing = Money::zero(invoice.currency);
        Self {
            at: payment.at,
            kind: HistoryKind::Payment,
            amount: payment.amount,
            owed: before.map_or(nothing, |row| row.owed),
            balance: before.map_or(nothing, |row| row.balance),
            invoice_id: Some(invoice.id),
            invoice_number: None,
            payment_id: Some(payment.payment),
            refund_id: None,
            credit_note_id: None,
            withdrawal_id: None,
            name: payment.payment.to_string(),
        }
    }
}

/// The invoices that were given up, of which payments may be missing among the lines.
pub(crate) fn given_up(lines: &[StatementLine]) -> Vec<InvoiceId> {
    let written_off = lines.iter().filter(|line| matches!(line.occasion, Occasion::WrittenOff { .. }));
    let ids: BTreeSet<InvoiceId> = written_off.filter_map(|line| line.occasion.invoice()).collect();
    ids.into_iter().collect()
}

/// The rows of a customer, newest first, with what was paid of invoices that were given up.
pub(crate) fn rows(lines: &[StatementLine], given_up: &[Invoice]) -> Vec<HistoryRow> {
    let mut rows: Vec<HistoryRow> = lines.iter().filter_map(HistoryRow::of).collect();
    let known: BTreeSet<(Option<InvoiceId>, Option<PaymentId>)> =
        rows.iter().map(|row| (row.invoice_id, row.payment_id)).collect();
    for invoice in given_up {
        let late = invoice.payments.iter().filter(|paid| !known.contains(&(Some(invoice.id), Some(paid.payment))));
        for payment in late {
            let behind = rows.partition_point(|row| row.at <= payment.at);
            let before = rows.iter().take(behind).rev().find(|row| row.amount.currency() == invoice.currency);
            let row = HistoryRow::late(invoice, payment, before);
            rows.insert(behind, row);
        }
    }
    rows.reverse();
    rows
}

/// The same rows with the numbers of their invoices.
pub(crate) fn numbered(mut rows: Vec<HistoryRow>, numbers: &BTreeMap<InvoiceId, String>) -> Vec<HistoryRow> {
    for row in &mut rows {
        row.invoice_number = row.invoice_id.and_then(|id| numbers.get(&id).cloned());
    }
    rows
}
