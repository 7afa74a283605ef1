//! The entries that invoices, payments and credits make. A debit is positive.

use kernel::{
    CreditNoteId, InvoiceId, JournalId, Money, Party, PaymentId, Provider, RefundId, Timestamp, WithdrawalId,
};

use crate::{Account, JournalEntry, LedgerError, Occasion, Posting};

/// Under which id and when an entry is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The entry's id.
    pub id: JournalId,
    /// When.
    pub at: Timestamp,
}

/// What the journal needs to know of an invoice. All amounts are of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedInvoice {
    /// Which invoice.
    pub id: InvoiceId,
    /// Who owes it.
    pub party: Party,
    /// What was earned by its issue, without tax.
    pub earned: Money,
    /// What is asked for service that is still to be given, without tax.
    pub deferred: Money,
    /// What is collected for the state.
    pub tax: Money,
    /// What its credits are more than its charges, which goes to the balance.
    pub surplus: Money,
}

/// What the journal needs to know of an invoice that is taken back. All amounts are of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoidedInvoice {
    /// What its issue posted.
    pub issued: IssuedInvoice,
    /// How much of what it deferred was earned since.
    pub recognised: Money,
    /// How much of it the balance paid.
    pub from_balance: Money,
    /// Where what it still asks for stands.
    pub owed: Owed,
}

/// What the journal needs to know of a payment that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which payment.
    pub id: PaymentId,
    /// Who paid.
    pub party: Party,
    /// Through whom.
    pub provider: Provider,
    /// How much; more than nothing.
    pub amount: Money,
}

/// Where what is asked by an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owed {
    /// It is owed.
    Yes,
    /// It was given up.
    GivenUp,
}

/// A part of an invoice that is taken back. All amounts are of one currency, and none is below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedCreditNote {
    /// Which note.
    pub id: CreditNoteId,
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// For whom.
    pub party: Party,
    /// Where what the invoice asks for stands.
    pub owed: Owed,
    /// How much of what was earned.
    pub earned: Money,
    /// How much of what is still to be earned.
    pub deferred: Money,
    /// How much of the tax.
    pub tax: Money,
    /// How much of it the invoice still asked for; the rest goes to the balance.
    pub against_due: Money,
}

/// The party owes what was earned, what is to be earned, and the tax. `None` for an invoice over nothing, which moves no
/// money.
///
/// # Errors
/// `Money` when the amounts are of two currencies or too large.
pub fn invoice_issued(stamp: Stamp, invoice: &IssuedInvoice) -> Result<Option<JournalEntry>, LedgerError> {
    entry_over(stamp, Occasion::InvoiceIssued { invoice: invoice.id }, owed(invoice)?)
}

/// Takes back what [`invoice_issued`] posted, and what was posted of it since: what was earned by its days, what the balance
/// paid, and that it was given up. `None` for an invoice over nothing.
///
/// # Errors
/// As [`invoice_issued`].
pub fn invoice_voided(stamp: Stamp, voided: &VoidedInvoice) -> Result<Option<JournalEntry>, LedgerError> {
    let VoidedInvoice { issued, recognised, from_balance, owed } = *voided;
    let IssuedInvoice { party, earned, deferred, tax, surplus, .. } = issued;
    let total = earned.checked_add(deferred)?.checked_add(tax)?.checked_add(surplus)?;
    let postings = vec![
        Posting { account: asked_for(owed, party), amount: from_balance.checked_sub(total)? },
        Posting { account: Account::Revenue, amount: earned.checked_add(recognised)? },
        Posting { account: Account::DeferredRevenue(party), amount: deferred.checked_sub(recognised)? },
        Posting { account: Account::TaxPayable, amount: tax },
        Posting { account: Account::CustomerBalance(party), amount: surplus.checked_sub(from_balance)? },
    ];
    entry_over(stamp, Occasion::InvoiceVoided { invoice: issued.id }, postings)
}

/// The provider holds the money and the party owes that much less; what was given up before is there after all.
///
/// # Errors
/// `Empty` for a payment of nothing, `Money`.
pub fn invoice_paid(
    stamp: Stamp,
    invoice: InvoiceId,
    owed: Owed,
    receipt: &Receipt,
) -> Result<JournalEntry, LedgerError> {
    let from = asked_for(owed, receipt.party);
    received(stamp, Occasion::InvoicePaid { invoice, payment: receipt.id }, receipt, from)
}

/// The provider holds the money and it stays the party's: no invoice waited for it.
///
/// # Errors
/// As [`invoice_paid`].
pub fn payment_unapplied(stamp: Stamp, receipt: &Receipt) -> Result<JournalEntry, LedgerError> {
    let occasion = Occasion::PaymentUnapplied { payment: receipt.id };
    received(stamp, occasion, receipt, Account::CustomerBalance(receipt.party))
}

/// The provider holds money that was paid for the balance.
///
/// # Errors
/// As [`invoice_paid`].
pub fn deposited(stamp: Stamp, receipt: &Receipt) -> Result<JournalEntry, LedgerError> {
    let occasion = Occasion::Deposited { payment: receipt.id };
    received(stamp, occasion, receipt, Account::CustomerBalance(receipt.party))
}

/// Money on the balance pays an invoice, or a part of it; what was given up before is there after all.
///
/// # Errors
/// `Empty` for nothing, `Money`.
pub fn balance_applied(
    stamp: Stamp,
    invoice: InvoiceId,
    party: Party,
    owed: Owed,
    amount: Money,
) -> Result<JournalEntry, LedgerError> {
    let (from, to) = (Account::CustomerBalance(party), asked_for(owed, party));
    moved(stamp, Occasion::BalanceApplied { invoice }, amount, from, to)
}

/// What was earned or is to be earned, and its tax, becomes less; the party owes that much less, or has it on its balance.
///
/// # Errors
/// `Empty` for a note over nothing, `Money`.
pub fn credit_note_issued(stamp: Stamp, note: &IssuedCreditNote) -> Result<JournalEntry, LedgerError> {
    let total = note.earned.checked_add(note.deferred)?.checked_add(note.tax)?;
    let to_balance = total.checked_sub(note.against_due)?;
    let postings = vec![
        Posting { account: Account::Revenue, amount: note.earned },
        Posting { account: Account::DeferredRevenue(note.party), amount: note.deferred },
        Posting { account: Account::TaxPayable, amount: note.tax },
        Posting { account: asked_for(note.owed, note.party), amount: note.against_due.negated()? },
        Posting { account: Account::CustomerBalance(note.party), amount: to_balance.negated()? },
    ];
    let occasion = Occasion::CreditNoteIssued { credit_note: note.id, invoice: note.invoice };
    entry_over(stamp, occasion, postings)?.ok_or(LedgerError::Empty)
}

/// Money on the balance goes back through the provider of the payment that brought it.
///
/// # Errors
/// `Empty` for nothing, `Money`.
pub fn refunded(stamp: Stamp, refund: RefundId, paid: &Receipt) -> Result<JournalEntry, LedgerError> {
    let (from, to) = (Account::CustomerBalance(paid.party), Account::Clearing(paid.provider));
    moved(stamp, Occasion::Refunded { payment: paid.id, refund }, paid.amount, from, to)
}

/// Takes back what [`refunded`] posted: the money did not go.
///
/// # Errors
/// `Empty` for nothing, `Money`.
pub fn refund_returned(stamp: Stamp, refund: RefundId, paid: &Receipt) -> Result<JournalEntry, LedgerError> {
    let (from, to) = (Account::Clearing(paid.provider), Account::CustomerBalance(paid.party));
    moved(stamp, Occasion::RefundReturned { payment: paid.id, refund }, paid.amount, from, to)
}

/// Money on the balance is paid out.
///
/// # Errors
/// `Empty` for nothing, `Money`.
pub fn withdrawn(
    stamp: Stamp,
    refund: RefundId,
    party: Party,
    provider: Provider,
    amount: Money,
) -> Result<JournalEntry, LedgerError> {
    let (from, to) = (Account::CustomerBalance(party), Account::Clearing(provider));
    moved(stamp, Occasion::Withdrawn { refund }, amount, from, to)
}

/// What the journal needs to know of a withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldMoney {
    /// Which withdrawal.
    pub withdrawal: WithdrawalId,
    /// Whose.
    pub party: Party,
    /// How much; more than nothing.
    pub amount: Money,
}

/// Money on the balance is taken off it, so that nothing else can take it, and waits to be paid out.
///
/// # Errors
/// `Empty` for nothing, `Money`.
pub fn withdrawal_held(stamp: Stamp, held: &HeldMoney) -> Result<JournalEntry, LedgerError> {
    let (from, to) = (Account::CustomerBalance(held.party), Account::Withdrawals(held.party));
    moved(stamp, Occasion::WithdrawalHeld { withdrawal: held.withdrawal }, held.amount, from, to)
}

/// What a withdrawal held has left the account that recorded transfers come in on.
///
/// # Errors
/// As [`withdrawal_held`].
pub fn withdrawal_settled(stamp: Stamp, held: &HeldMoney) -> Result<JournalEntry, LedgerError> {
    let (from, to) = (Account::Withdrawals(held.party), Account::Clearing(Provider::Manual));
    moved(stamp, Occasion::WithdrawalSettled { withdrawal: held.withdrawal }, held.amount, from, to)
}

/// What a withdrawal held is on the balance again.
///
/// # Errors
/// As [`withdrawal_held`].
pub fn withdrawal_returned(stamp: Stamp, held: &HeldMoney) -> Result<JournalEntry, LedgerError> {
    let (from, to) = (Account::Withdrawals(held.party), Account::CustomerBalance(held.party));
    moved(stamp, Occasion::WithdrawalReturned { withdrawal: held.withdrawal }, held.amount, from, to)
}

/// What an invoice still asks for is given up. The tax on it stays due: only a credit note takes tax back.
///
/// # Errors
/// `Empty` for nothing, `Money`.
pub fn written_off(stamp: Stamp, invoice: InvoiceId, party: Party, due: Money) -> Result<JournalEntry, LedgerError> {
    moved(stamp, Occasion::WrittenOff { invoice }, due, Account::BadDebt, Account::Receivable(party))
}

/// The days are over that were charged in advance: what was to be earned is.
///
/// # Errors
/// `Empty` for nothing, `Money`.
pub fn revenue_recognised(
    stamp: Stamp,
    invoice: InvoiceId,
    party: Party,
    amount: Money,
) -> Result<JournalEntry, LedgerError> {
    let (from, to) = (Account::DeferredRevenue(party), Account::Revenue);
    moved(stamp, Occasion::RevenueRecognised { invoice }, amount, from, to)
}

const fn asked_for(owed: Owed, party: Party) -> Account {
    match owed {
        Owed::Yes => Account::Receivable(party),
        Owed::GivenUp => Account::BadDebt,
    }
}

fn owed(invoice: &IssuedInvoice) -> Result<Vec<Posting>, LedgerError> {
    let IssuedInvoice { party, earned, deferred, tax, surplus, .. } = *invoice;
    let total = earned.checked_add(deferred)?.checked_add(tax)?.checked_add(surplus)?;
    Ok(vec![
        Posting { account: Account::Receivable(party), amount: total },
        Posting { account: Account::Revenue, amount: earned.negated()? },
        Posting { account: Account::DeferredRevenue(party), amount: deferred.negated()? },
        Posting { account: Account::TaxPayable, amount: tax.negated()? },
        Posting { account: Account::CustomerBalance(party), amount: surplus.negated()? },
    ])
}

fn received(stamp: Stamp, occasion: Occasion, receipt: &Receipt, from: Account) -> Result<JournalEntry, LedgerError> {
    moved(stamp, occasion, receipt.amount, Account::Clearing(receipt.provider), from)
}

/// A debit on the first account and a credit on the second.
fn moved(
    stamp: Stamp,
    occasion: Occasion,
    amount: Money,
    debit: Account,
    credit: Account,
) -> Result<JournalEntry, LedgerError> {
    let postings = vec![Posting { account: debit, amount }, Posting { account: credit, amount: amount.negated()? }];
    JournalEntry::new(stamp.id, stamp.at, occasion, postings)
}

fn entry_over(stamp: Stamp, occasion: Occasion, postings: Vec<Posting>) -> Result<Option<JournalEntry>, LedgerError> {
    let moving: Vec<_> = postings.into_iter().filter(|posting| !posting.amount.is_zero()).collect();
    if moving.is_empty() { Ok(None) } else { JournalEntry::new(stamp.id, stamp.at, occasion, moving).map(Some) }
}

#[cfg(test)]
#[path = "occasions_tests.rs"]
mod tests;
