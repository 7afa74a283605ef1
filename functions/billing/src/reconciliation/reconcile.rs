//! Holds invoices against the journal: every difference between the two, and none when they tell the same story.

use std::collections::{BTreeMap, BTreeSet};

use billing::{Invoice, InvoiceState};
use kernel::{InvoiceId, Money, MoneyError, PaymentId, Timestamp};
use ledger::{Account, JournalEntry, Occasion};
use serde::Serialize;
use utoipa::ToSchema;

use crate::reports::days::Span;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DifferenceCode {
    /// An issued invoice that the journal does not know.
    InvoiceNotInLedger,
    /// The journal knows an invoice that is not there.
    LedgerWithoutInvoice,
    /// Both know the invoice, with different amounts.
    AmountDiffers,
    /// An invoice has a payment that the journal does not know.
    PaymentNotInLedger,
    /// The journal knows a payment that the invoice does not.
    PaymentNotOnInvoice,
    /// The journal knows more credits than the invoice.
    CreditNotOnInvoice,
    /// An invoice is given up, and the journal does not know of it.
    WriteOffNotInLedger,
    /// The journal gave up an invoice that is still waited for.
    WriteOffNotOnInvoice,
    /// An invoice is void, and the journal has not taken back what its issue posted.
    VoidNotInLedger,
    /// The journal took back an invoice that is not void.
    VoidNotOnInvoice,
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

/// What the journal says of one invoice in a span. What is booked twice must show, so entries add up.
#[derive(Default)]
struct Booked {
    issued: Option<Money>,
    payments: BTreeMap<PaymentId, Money>,
    credits: Option<Money>,
    given_up: Option<Money>,
    voided: Option<Money>,
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
    let mut booked: BTreeMap<InvoiceId, Booked> = BTreeMap::new();
    for entry in entries {
        let (asked, given_up) = (moved(entry, is_receivable)?, moved(entry, |account| account == Account::BadDebt)?);
        let Some(invoice) = entry.occasion().invoice() else { continue };
        let of_invoice = booked.entry(invoice).or_default();
        match entry.occasion() {
            Occasion::InvoiceIssued { .. } => add_to(&mut of_invoice.issued, asked)?,
            Occasion::InvoicePaid { payment, .. } => {
                // What was given up before comes in on the account of bad debts.
                let of_payment = of_invoice.payments.entry(payment);
                let paid = asked.or(given_up).map(Money::negated).transpose()?;
                let Some(paid) = paid else { continue };
                let before = of_payment.or_insert(Money::zero(paid.currency()));
                *before = before.checked_add(paid)?;
            }
            Occasion::BalanceApplied { .. } | Occasion::CreditNoteIssued { .. } => {
                add_to(&mut of_invoice.credits, asked.or(given_up).map(Money::negated).transpose()?)?;
            }
            Occasion::WrittenOff { .. } => add_to(&mut of_invoice.given_up, given_up)?,
            Occasion::InvoiceVoided { .. } => {
                add_to(&mut of_invoice.voided, asked.or(given_up).map(Money::negated).transpose()?)?;
            }
            Occasion::PaymentUnapplied { .. }
            | Occasion::Deposited { .. }
            | Occasion::Refunded { .. }
            | Occasion::RefundReturned { .. }
            | Occasion::Withdrawn { .. }
            | Occasion::RevenueRecognised { .. }
            | Occasion::WithdrawalHeld { .. }
            | Occasion::WithdrawalSettled { .. }
            | Occasion::WithdrawalReturned { .. } => {}
        }
    }
    let mut differences = Vec::new();
    for invoice in invoices {
        let booked = booked.remove(&invoice.id).unwrap_or_default();
        differences.extend(about_issue(invoice, booked.issued, span));
        about_payments(invoice, &booked.payments, span, &mut differences)?;
        differences.extend(about_credits(invoice, booked.credits));
        differences.extend(about_giving_up(invoice, booked.given_up, span));
        differences.extend(about_voiding(invoice, booked.voided, span)?);
    }
    for (invoice, Booked { issued, payments, .. }) in booked {
        let only_booked = |code| move |amount| Difference { code, invoice, on_invoice: None, in_ledger: Some(amount) };
        differences.extend(issued.map(only_booked(DifferenceCode::LedgerWithoutInvoice)));
        differences.extend(payments.into_values().map(only_booked(DifferenceCode::PaymentNotOnInvoice)));
    }
    Ok(differences)
}

fn add_to(sum: &mut Option<Money>, amount: Option<Money>) -> Result<(), MoneyError> {
    let Some(amount) = amount else { return Ok(()) };
    *sum = Some(sum.map_or(Ok(amount), |before| before.checked_add(amount))?);
    Ok(())
}

const fn is_receivable(account: Account) -> bool {
    matches!(account, Account::Receivable(_))
}

/// What an entry moves on these accounts: more is owed when positive.
fn moved(entry: &JournalEntry, these: impl Fn(Account) -> bool) -> Result<Option<Money>, MoneyError> {
    let mut sum = None;
    for posting in entry.postings().iter().filter(|posting| these(posting.account)) {
        add_to(&mut sum, Some(posting.amount))?;
    }
    Ok(sum)
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

/// Each payment by itself: an invoice may be paid in parts, and by several.
fn about_payments(
    invoice: &Invoice,
    booked: &BTreeMap<PaymentId, Money>,
    span: Span,
    differences: &mut Vec<Difference>,
) -> Result<(), MoneyError> {
    let mut applied: BTreeMap<PaymentId, Money> = BTreeMap::new();
    let mut within: BTreeSet<PaymentId> = BTreeSet::new();
    for part in &invoice.payments {
        let before = applied.entry(part.payment).or_insert(Money::zero(part.amount.currency()));
        *before = before.checked_add(part.amount)?;
        if span.contains(part.at) {
            within.insert(part.payment);
        }
    }
    let all: BTreeSet<PaymentId> = applied.keys().chain(booked.keys()).copied().collect();
    for payment in all {
        let (on_invoice, in_ledger) = (applied.get(&payment).copied(), booked.get(&payment).copied());
        let code = match (on_invoice, in_ledger) {
            (Some(applied), Some(booked)) if applied == booked => continue,
            (Some(_), None) if !within.contains(&payment) => continue,
            (Some(_), Some(_)) => DifferenceCode::AmountDiffers,
            (Some(_), None) => DifferenceCode::PaymentNotInLedger,
            (None, _) => DifferenceCode::PaymentNotOnInvoice,
        };
        differences.push(Difference { code, invoice: invoice.id, on_invoice, in_ledger });
    }
    Ok(())
}

/// The invoice has the credits of all times, the span only its own.
fn about_credits(invoice: &Invoice, in_ledger: Option<Money>) -> Option<Difference> {
    let booked = in_ledger.filter(|booked| booked.minor() > invoice.credits_applied.minor())?;
    Some(Difference {
        code: DifferenceCode::CreditNotOnInvoice,
        invoice: invoice.id,
        on_invoice: Some(invoice.credits_applied),
        in_ledger: Some(booked),
    })
}

fn about_giving_up(invoice: &Invoice, in_ledger: Option<Money>, span: Span) -> Option<Difference> {
    let code = match (&invoice.state, in_ledger) {
        (InvoiceState::Uncollectible { at }, None) if span.contains(*at) => DifferenceCode::WriteOffNotInLedger,
        (InvoiceState::Draft | InvoiceState::Open, Some(_)) => DifferenceCode::WriteOffNotOnInvoice,
        // One that was given up may be paid or taken back after all.
        (InvoiceState::Uncollectible { .. } | InvoiceState::Paid { .. } | InvoiceState::Void { .. }, _) | (_, None) => {
            return None;
        }
    };
    Some(Difference { code, invoice: invoice.id, on_invoice: Some(invoice.amount_due()), in_ledger })
}

/// What is taken back is what the invoice still asked for: no payment was used for it.
fn about_voiding(invoice: &Invoice, in_ledger: Option<Money>, span: Span) -> Result<Option<Difference>, MoneyError> {
    let asked = invoice.total.checked_sub(invoice.credits_applied)?;
    let code = match (&invoice.state, in_ledger) {
        (InvoiceState::Void { .. }, Some(taken)) if taken == asked => return Ok(None),
        (InvoiceState::Void { .. }, Some(_)) => DifferenceCode::AmountDiffers,
        (InvoiceState::Void { at }, None) if span.contains(*at) => DifferenceCode::VoidNotInLedger,
        (
            InvoiceState::Draft | InvoiceState::Open | InvoiceState::Paid { .. } | InvoiceState::Uncollectible { .. },
            Some(_),
        ) => DifferenceCode::VoidNotOnInvoice,
        (_, None) => return Ok(None),
    };
    Ok(Some(Difference { code, invoice: invoice.id, on_invoice: Some(asked), in_ledger }))
}

impl Span {
    fn contains(self, instant: Timestamp) -> bool {
        self.from <= instant && instant < self.to
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Party};
    use ledger::{Journal, Owed, Receipt, Stamp, invoice_paid, written_off};

    use super::*;
    use crate::world::World;

    #[tokio::test]
    async fn what_only_one_side_knows_is_a_difference() {
        let world = World::open().await;
        let invoices = [world.invoiced(&world.customer, "BASIC", "USD", 0).await];
        let span = Span { from: "2026-12-01T00:00:00Z".parse().unwrap(), to: "2027-01-01T00:00:00Z".parse().unwrap() };
        let journal = Journal::new(world.stack.ctx().table(), world.customer.scope);
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

    /// An invoice of 1 December over 33.29 dollars, and what its issue posts.
    async fn issued() -> (Invoice, Vec<JournalEntry>, Span) {
        let world = World::open().await;
        let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
        let span = Span { from: "2026-12-01T00:00:00Z".parse().unwrap(), to: "2027-01-01T00:00:00Z".parse().unwrap() };
        let journal = Journal::new(world.stack.ctx().table(), world.customer.scope);
        (invoice, journal.entries(span.from, span.to).await.unwrap(), span)
    }

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn stamp(number: u8) -> Stamp {
        let id = format!("jrn_000000000000000000000000{number:02}").parse().unwrap();
        Stamp { id, at: "2026-12-25T00:00:00Z".parse().unwrap() }
    }

    fn payment(number: u8) -> PaymentId {
        format!("pay_000000000000000000000000{number:02}").parse().unwrap()
    }

    fn paid(number: u8, invoice: &Invoice, amount: i64, owed: Owed) -> JournalEntry {
        let party: Party = invoice.bill_to.party;
        let receipt = Receipt { id: payment(number), party, provider: kernel::Provider::Manual, amount: usd(amount) };
        invoice_paid(stamp(number), invoice.id, owed, &receipt).unwrap()
    }

    #[tokio::test]
    async fn an_invoice_that_is_paid_in_parts_agrees_part_by_part() {
        let (invoice, mut entries, span) = issued().await;
        let at = "2026-12-25T00:00:00Z".parse().unwrap();
        let part = invoice.clone().apply_payment(payment(1), usd(100), at).unwrap().invoice;
        entries.push(paid(1, &invoice, 100, Owed::Yes));
        assert_eq!(differences(std::slice::from_ref(&part), &entries, span).unwrap(), []);
        let rest = part.amount_due();
        let whole = part.clone().apply_payment(payment(2), rest, at).unwrap().invoice;
        let missed = differences(std::slice::from_ref(&whole), &entries, span).unwrap();
        let expected = Difference {
            code: DifferenceCode::PaymentNotInLedger,
            invoice: invoice.id,
            on_invoice: Some(rest),
            in_ledger: None,
        };
        assert_eq!(missed, [expected]);
        entries.push(paid(2, &invoice, rest.minor(), Owed::Yes));
        assert_eq!(differences(std::slice::from_ref(&whole), &entries, span).unwrap(), []);
        // One part is booked twice, and one that nobody knows of.
        entries.push(paid(1, &invoice, 100, Owed::Yes));
        entries.push(paid(3, &invoice, 1, Owed::Yes));
        let codes: Vec<_> = differences(&[whole], &entries, span).unwrap().into_iter().map(|one| one.code).collect();
        assert_eq!(codes, [DifferenceCode::AmountDiffers, DifferenceCode::PaymentNotOnInvoice]);
    }

    #[tokio::test]
    async fn what_was_given_up_is_followed_and_so_is_its_late_payment() {
        let (invoice, mut entries, span) = issued().await;
        let at = "2026-12-25T00:00:00Z".parse().unwrap();
        let due = invoice.amount_due();
        let given_up = invoice.clone().mark_uncollectible(at).unwrap();
        let codes = |invoice: &Invoice, entries: &[JournalEntry]| -> Vec<DifferenceCode> {
            differences(std::slice::from_ref(invoice), entries, span).unwrap().into_iter().map(|one| one.code).collect()
        };
        assert_eq!(codes(&given_up, &entries), [DifferenceCode::WriteOffNotInLedger]);
        entries.push(written_off(stamp(1), invoice.id, invoice.bill_to.party, due).unwrap());
        assert_eq!(codes(&given_up, &entries), []);
        assert_eq!(codes(&invoice, &entries), [DifferenceCode::WriteOffNotOnInvoice]);
        let late = given_up.apply_payment(payment(2), due, at).unwrap().invoice;
        entries.push(paid(2, &invoice, due.minor(), Owed::GivenUp));
        assert_eq!(codes(&late, &entries), []);
    }

    #[tokio::test]
    async fn a_void_invoice_is_taken_back_in_the_journal_too() {
        let (invoice, mut entries, span) = issued().await;
        let void = invoice.clone().void("2026-12-25T00:00:00Z".parse().unwrap()).unwrap();
        let codes = |invoice: &Invoice, entries: &[JournalEntry]| -> Vec<DifferenceCode> {
            differences(std::slice::from_ref(invoice), entries, span).unwrap().into_iter().map(|one| one.code).collect()
        };
        assert_eq!(codes(&void, &entries), [DifferenceCode::VoidNotInLedger]);
        let nothing = usd(0);
        let split = invoice.split().unwrap();
        let taken = ledger::VoidedInvoice {
            issued: ledger::IssuedInvoice {
                id: invoice.id,
                party: invoice.bill_to.party,
                earned: split.earned,
                deferred: split.deferred,
                tax: split.tax,
                surplus: nothing,
            },
            recognised: nothing,
            from_balance: nothing,
            owed: Owed::Yes,
        };
        entries.extend(ledger::invoice_voided(stamp(1), &taken).unwrap());
        assert_eq!(codes(&void, &entries), []);
        assert_eq!(codes(&invoice, &entries), [DifferenceCode::VoidNotOnInvoice]);
        entries.extend(ledger::invoice_voided(stamp(2), &taken).unwrap());
        assert_eq!(codes(&void, &entries), [DifferenceCode::AmountDiffers], "taken back twice");
    }

    #[tokio::test]
    async fn a_credit_that_the_invoice_does_not_have_is_a_difference() {
        let (invoice, mut entries, span) = issued().await;
        entries.push(ledger::balance_applied(stamp(1), invoice.id, invoice.bill_to.party, Owed::Yes, usd(50)).unwrap());
        let found = differences(std::slice::from_ref(&invoice), &entries, span).unwrap();
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [DifferenceCode::CreditNotOnInvoice]);
        let credited = invoice.apply_credit(usd(50), "2026-12-25T00:00:00Z".parse().unwrap()).unwrap().invoice;
        assert_eq!(differences(&[credited], &entries, span).unwrap(), []);
    }
}
