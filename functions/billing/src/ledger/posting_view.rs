//! A posting of the journal, as callers see it.

use std::collections::BTreeMap;

use billing::Invoice;
use kernel::{
    CreditNoteId, Currency, Date, InvoiceId, JournalId, Money, MoneyError, Party, PaymentId, RefundId, Timestamp,
    WithdrawalId, Zone,
};
use ledger::{JournalEntry, Occasion};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Cell, Csv};

/// One posting: a debit or a credit on one account. The postings of an entry sum to zero.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerRow {
    /// The day in the tenant's zone.
    pub date: Date,
    /// When it was made.
    pub at: Timestamp,
    /// The entry that it is of.
    pub entry_id: JournalId,
    /// What made the entry.
    pub occasion: LedgerOccasion,
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
    /// The withdrawal that takes money off a balance.
    pub withdrawal_id: Option<WithdrawalId>,
    /// The account's code in the chart of accounts.
    #[schema(example = 1100)]
    pub account_code: u16,
    /// Its name.
    #[schema(example = "Accounts receivable")]
    pub account_name: &'static str,
    /// The account itself, which is one customer's or one provider's where these have their own.
    #[schema(example = "receivable:cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub account: String,
    /// Whom the entry concerns: a customer, or in the platform's own books a tenant; null where it moves only what is the
    /// tenant's own.
    pub customer_id: Option<Party>,
    /// Nothing where it is a credit.
    pub debit: Money,
    /// Nothing where it is a debit.
    pub credit: Money,
}

/// What made an entry of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LedgerOccasion {
    /// An invoice was issued.
    InvoiceIssued,
    /// An invoice was voided.
    InvoiceVoided,
    /// A payment settled an invoice, or a part of it.
    InvoicePaid,
    /// A payment came in that no invoice could take.
    PaymentUnapplied,
    /// A payment came in for the balance.
    Deposited,
    /// The balance paid an invoice, or a part of it.
    BalanceApplied,
    /// A part of an invoice was taken back.
    CreditNoteIssued,
    /// Money of a payment went back.
    Refunded,
    /// A refund came to nothing.
    RefundReturned,
    /// Money on the balance was paid out.
    Withdrawn,
    /// What an invoice asked for was given up.
    WrittenOff,
    /// What was charged in advance was earned.
    RevenueRecognised,
    /// Money was taken off a balance, to be paid out.
    WithdrawalHeld,
    /// What a withdrawal took was paid out.
    WithdrawalSettled,
    /// What a withdrawal took is on the balance again.
    WithdrawalReturned,
}

impl LedgerOccasion {
    /// The name as in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::InvoiceIssued => "invoice_issued",
            Self::InvoiceVoided => "invoice_voided",
            Self::InvoicePaid => "invoice_paid",
            Self::PaymentUnapplied => "payment_unapplied",
            Self::Deposited => "deposited",
            Self::BalanceApplied => "balance_applied",
            Self::CreditNoteIssued => "credit_note_issued",
            Self::Refunded => "refunded",
            Self::RefundReturned => "refund_returned",
            Self::Withdrawn => "withdrawn",
            Self::WrittenOff => "written_off",
            Self::RevenueRecognised => "revenue_recognised",
            Self::WithdrawalHeld => "withdrawal_held",
            Self::WithdrawalSettled => "withdrawal_settled",
            Self::WithdrawalReturned => "withdrawal_returned",
        }
    }
}

impl From<Occasion> for LedgerOccasion {
    fn from(occasion: Occasion) -> Self {
        match occasion {
            Occasion::InvoiceIssued { .. } => Self::InvoiceIssued,
            Occasion::InvoiceVoided { .. } => Self::InvoiceVoided,
            Occasion::InvoicePaid { .. } => Self::InvoicePaid,
            Occasion::PaymentUnapplied { .. } => Self::PaymentUnapplied,
            Occasion::Deposited { .. } => Self::Deposited,
            Occasion::BalanceApplied { .. } => Self::BalanceApplied,
            Occasion::CreditNoteIssued { .. } => Self::CreditNoteIssued,
            Occasion::Refunded { .. } => Self::Refunded,
            Occasion::RefundReturned { .. } => Self::RefundReturned,
            Occasion::Withdrawn { .. } => Self::Withdrawn,
            Occasion::WrittenOff { .. } => Self::WrittenOff,
            Occasion::RevenueRecognised { .. } => Self::RevenueRecognised,
            Occasion::WithdrawalHeld { .. } => Self::WithdrawalHeld,
            Occasion::WithdrawalSettled { .. } => Self::WithdrawalSettled,
            Occasion::WithdrawalReturned { .. } => Self::WithdrawalReturned,
        }
    }
}

/// The numbers of invoices.
pub(crate) fn numbers(invoices: &[Invoice]) -> BTreeMap<InvoiceId, String> {
    let issued = invoices.iter().filter_map(|invoice| Some((invoice.id, invoice.issued.as_ref()?.number.to_string())));
    issued.collect()
}

/// The rows of an entry.
///
/// # Errors
/// `Overflow`.
pub(crate) fn rows(
    entry: &JournalEntry,
    zone: &Zone,
    numbers: &BTreeMap<InvoiceId, String>,
) -> Result<Vec<LedgerRow>, MoneyError> {
    let occasion = entry.occasion();
    let invoice_id = occasion.invoice();
    let rows = entry.postings().iter().map(|posting| {
        let nothing = Money::zero(posting.amount.currency());
        let (debit, credit) =
            if posting.amount.is_negative() { (nothing, posting.amount.negated()?) } else { (posting.amount, nothing) };
        Ok(LedgerRow {
            date: entry.at().date_in(zone),
            at: entry.at(),
            entry_id: entry.id(),
            occasion: occasion.into(),
            invoice_id,
            invoice_number: invoice_id.and_then(|id| numbers.get(&id).cloned()),
            payment_id: occasion.payment(),
            refund_id: occasion.refund(),
            credit_note_id: occasion.credit_note(),
            withdrawal_id: occasion.withdrawal(),
            account_code: posting.account.code(),
            account_name: posting.account.title(),
            account: posting.account.to_string(),
            customer_id: entry.party(),
            debit,
            credit,
        })
    });
    rows.collect()
}

/// Amounts are in minor units of the row's currency.
const COLUMNS: [&str; 17] = [
    "date",
    "at",
    "entryId",
    "occasion",
    "invoiceId",
    "invoiceNumber",
    "paymentId",
    "refundId",
    "creditNoteId",
    "withdrawalId",
    "accountCode",
    "accountName",
    "account",
    "customerId",
    "debit",
    "credit",
    "currency",
];

/// All rows as one table.
pub(crate) fn table(rows: &[LedgerRow]) -> Csv {
    let mut table = Csv::new(&COLUMNS);
    for row in rows {
        let currency: Currency = row.debit.currency();
        table.add([
            Cell::text(row.date.to_string()),
            Cell::text(row.at.to_string()),
            Cell::text(row.entry_id.to_string()),
            Cell::text(row.occasion.as_str()),
            optional(row.invoice_id),
            optional(row.invoice_number.as_ref()),
            optional(row.payment_id),
            optional(row.refund_id),
            optional(row.credit_note_id),
            optional(row.withdrawal_id),
            Cell::Number(row.account_code.into()),
            Cell::text(row.account_name),
            Cell::text(row.account.as_str()),
            optional(row.customer_id),
            Cell::Number(row.debit.minor()),
            Cell::Number(row.credit.minor()),
            Cell::text(currency.to_string()),
        ]);
    }
    table
}

fn optional<'a>(value: Option<impl ToString>) -> Cell<'a> {
    value.map_or(Cell::Empty, |value| Cell::text(value.to_string()))
}
