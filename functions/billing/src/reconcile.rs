//! Holds invoices against the journal: every difference between the two, and none when they tell the same story.

use std::collections::BTreeMap;

use billing::{Invoice, InvoiceState};
use kernel::{InvoiceId, Money, MoneyError, PaymentId, Timestamp};
use ledger::{Account, JournalEntry, Occasion};
use serde::Serialize;

/// Half-open: from the first instant up to but without the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DifferenceCode {
    /// An issued invoice that the journal does not know.
    InvoiceNotInLedger,
    /// The journal knows an invoice that is not there.
    LedgerWithoutInvoice,
    /// Both know the invoice, with different amounts.
    AmountDiffers,
    /// An invoice is paid, and the journal does not know of it.
    PaymentNotInLedger,
    /// The journal knows a payment that the invoice does not.
    PaymentNotOnInvoice,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) code: DifferenceCode,
    pub(crate) invoice: InvoiceId,
    /// What the invoice says.
    pub(crate) on_invoice: Option<Money>,
    /// What the journal says.
    pub(crate) in_ledger: Option<Money>,
}

/// The differences over a span. `invoices` are all that were issued in it or that its entries name; `entries` all of it.
///
/// # Errors
/// `Overflow`, `CurrencyMismatch` between entries of one invoice.
pub(crate) fn differences(
    invoices: &[Invoice],
    entries: &[JournalEntry],
    span: Span,
) -> Result<Vec<Difference>, MoneyError> {
    // What is booked twice must show, so entries of one invoice add up.
    let mut issued: BTreeMap<InvoiceId, Money> = BTreeMap::new();
    let mut paid: BTreeMap<InvoiceId, (PaymentId, Money)> = BTreeMap::new();
    for entry in entries {
        let Some(owed) = receivable(entry) else { continue };
        match entry.occasion() {
            Occasion::InvoiceIssued { invoice } => {
                let before = issued.get(&invoice).copied().unwrap_or(Money::zero(owed.currency()));
                issued.insert(invoice, before.checked_add(owed)?);
            }
            Occasion::InvoicePaid { invoice, payment } => {
                let (first, before) = paid.get(&invoice).copied().unwrap_or((payment, Money::zero(owed.currency())));
                paid.insert(invoice, (first, before.checked_add(owed)?));
            }
            Occasion::InvoiceVoided { .. }
            | Occasion::PaymentUnapplied { .. }
            | Occasion::Deposited { .. }
            | Occasion::BalanceApplied { .. }
            | Occasion::CreditNoteIssued { .. }
            | Occasion::Refunded { .. }
            | Occasion::Withdrawn { .. }
            | Occasion::WrittenOff { .. }
            | Occasion::RevenueRecognised { .. } => {}
        }
    }
    let known: BTreeMap<InvoiceId, &Invoice> = invoices.iter().map(|invoice| (invoice.id, invoice)).collect();
    let mut differences = Vec::new();
    for invoice in invoices {
        differences.extend(about_issue(invoice, issued.get(&invoice.id).copied(), span));
        differences.extend(about_payment(invoice, paid.get(&invoice.id).copied(), span));
    }
    let strangers = issued.iter().filter(|(id, _)| !known.contains_key(id));
    differences.extend(strangers.map(|(id, amount)| Difference {
        code: DifferenceCode::LedgerWithoutInvoice,
        invoice: *id,
        on_invoice: None,
        in_ledger: Some(*amount),
    }));
    let strangers = paid.iter().filter(|(id, _)| !known.contains_key(id));
    differences.extend(strangers.map(|(id, (_, amount))| Difference {
        code: DifferenceCode::PaymentNotOnInvoice,
        invoice: *id,
        on_invoice: None,
        in_ledger: Some(*amount),
    }));
    Ok(differences)
}

/// What an entry moves on receivables: more is owed when positive.
fn receivable(entry: &JournalEntry) -> Option<Money> {
    let of_receivables = |account: Account| match account {
        Account::Receivable(_) => true,
        Account::Revenue
        | Account::TaxPayable
        | Account::Clearing(_)
        | Account::CustomerBalance(_)
        | Account::DeferredRevenue(_)
        | Account::BadDebt => false,
    };
    entry.postings().iter().find(|posting| of_receivables(posting.account)).map(|posting| posting.amount)
}

fn about_issue(invoice: &Invoice, in_ledger: Option<Money>, span: Span) -> Option<Difference> {
    let issued_within = invoice.issued.as_ref().is_some_and(|issued| span.contains(issued.at));
    let code = match in_ledger {
        Some(amount) if amount == invoice.total => return None,
        Some(_) => DifferenceCode::AmountDiffers,
        // An invoice over nothing moves nothing.
        None if !issued_within || invoice.total.is_zero() => return None,
        None => DifferenceCode::InvoiceNotInLedger,
    };
    Some(Difference { code, invoice: invoice.id, on_invoice: Some(invoice.total), in_ledger })
}

fn about_payment(invoice: &Invoice, in_ledger: Option<(PaymentId, Money)>, span: Span) -> Option<Difference> {
    let payment = match invoice.state {
        InvoiceState::Paid { at, payment: Some(payment) } => Some((at, payment)),
        InvoiceState::Paid { payment: None, .. }
        | InvoiceState::Draft
        | InvoiceState::Open
        | InvoiceState::Void { .. }
        | InvoiceState::Uncollectible { .. } => None,
    };
    let paid = in_ledger.and_then(|(_, amount)| amount.negated().ok());
    let code = match (payment, in_ledger) {
        (Some((_, on_invoice)), Some((by, _))) if on_invoice != by => DifferenceCode::PaymentNotOnInvoice,
        (Some(_), Some(_)) if paid != Some(invoice.total) => DifferenceCode::AmountDiffers,
        (Some((at, _)), None) if span.contains(at) => DifferenceCode::PaymentNotInLedger,
        (None, Some(_)) => DifferenceCode::PaymentNotOnInvoice,
        (Some(_), Some(_) | None) | (None, None) => return None,
    };
    Some(Difference { code, invoice: invoice.id, on_invoice: Some(invoice.total), in_ledger: paid })
}

impl Span {
    fn contains(self, instant: Timestamp) -> bool {
        self.from <= instant && instant < self.to
    }
}

#[cfg(test)]
mod tests {
    use ledger::Journal;

    use super::*;
    use crate::shop::Shop;

    #[tokio::test]
    async fn what_only_one_side_knows_is_a_difference() {
        let shop = Shop::open().await;
        let invoices = [shop.invoiced(&shop.customer, "BASIC", "USD", 0).await];
        let span = Span { from: "2026-12-01T00:00:00Z".parse().unwrap(), to: "2027-01-01T00:00:00Z".parse().unwrap() };
        let journal = Journal::new(shop.stack.ctx().table(), shop.customer.scope);
        let entries = journal.entries(span.from, span.to).await.unwrap();
        let codes = |invoices: &[Invoice], entries: &[JournalEntry], span| {
            differences(invoices, entries, span).unwrap().into_iter().map(|one| one.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(&invoices, &entries, span), []);
        assert_eq!(codes(&invoices, &[], span), [DifferenceCode::InvoiceNotInLedger]);
        let twice = [entries.clone(), entries.clone()].concat();
        assert_eq!(codes(&invoices, &twice, span), [DifferenceCode::AmountDiffers], "booked twice");
        assert_eq!(codes(&[], &entries, span), [DifferenceCode::LedgerWithoutInvoice]);
        // An older invoice, read because of its payment, is not missed in a range that it was not issued in.
        assert_eq!(codes(&invoices, &[], Span { from: span.to, to: span.to }), []);
    }
}
