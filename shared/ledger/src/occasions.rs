//! The entries that invoices and payments make. A debit is positive.

use kernel::{InvoiceId, JournalId, Money, Party, PaymentId, Timestamp};

use crate::{Account, JournalEntry, LedgerError, Occasion, Posting, Provider};

/// What the journal needs to know of an invoice. `net` and `tax` are of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedInvoice {
    /// Which invoice.
    pub id: InvoiceId,
    /// Who owes it.
    pub holder: Party,
    /// What was earned.
    pub net: Money,
    /// What is collected for the state.
    pub tax: Money,
}

/// What the journal needs to know of a payment that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which payment.
    pub id: PaymentId,
    /// Who paid.
    pub holder: Party,
    /// Through whom.
    pub provider: Provider,
    /// How much; more than nothing.
    pub amount: Money,
}

/// The customer owes what was earned and its tax. `None` for an invoice over nothing, which moves no money.
///
/// # Errors
/// `Money` when the amounts are of two currencies or too large.
pub fn invoice_issued(
    id: JournalId,
    at: Timestamp,
    invoice: &IssuedInvoice,
) -> Result<Option<JournalEntry>, LedgerError> {
    entry_over(id, at, Occasion::InvoiceIssued { invoice: invoice.id }, owed(invoice)?)
}

/// Takes back what [`invoice_issued`] posted. `None` for an invoice over nothing.
///
/// # Errors
/// As [`invoice_issued`].
pub fn invoice_voided(
    id: JournalId,
    at: Timestamp,
    invoice: &IssuedInvoice,
) -> Result<Option<JournalEntry>, LedgerError> {
    let mut postings = owed(invoice)?;
    for posting in &mut postings {
        posting.amount = posting.amount.negated()?;
    }
    entry_over(id, at, Occasion::InvoiceVoided { invoice: invoice.id }, postings)
}

/// The provider holds the money and the customer owes that much less.
///
/// # Errors
/// `Empty` for a payment of nothing, `Money`.
pub fn invoice_paid(
    id: JournalId,
    at: Timestamp,
    invoice: InvoiceId,
    receipt: &Receipt,
) -> Result<JournalEntry, LedgerError> {
    received(
        id,
        at,
        Occasion::InvoicePaid { invoice, payment: receipt.id },
        receipt,
        Account::Receivable(receipt.holder),
    )
}

/// The provider holds the money and it stays the customer's: the invoice was already paid, void, or of another amount.
///
/// # Errors
/// As [`invoice_paid`].
pub fn payment_unapplied(id: JournalId, at: Timestamp, receipt: &Receipt) -> Result<JournalEntry, LedgerError> {
    let occasion = Occasion::PaymentUnapplied { payment: receipt.id };
    received(id, at, occasion, receipt, Account::CustomerBalance(receipt.holder))
}

fn owed(invoice: &IssuedInvoice) -> Result<Vec<Posting>, LedgerError> {
    let total = invoice.net.checked_add(invoice.tax)?;
    Ok(vec![
        Posting { account: Account::Receivable(invoice.holder), amount: total },
        Posting { account: Account::Revenue, amount: invoice.net.negated()? },
        Posting { account: Account::TaxPayable, amount: invoice.tax.negated()? },
    ])
}

fn received(
    id: JournalId,
    at: Timestamp,
    occasion: Occasion,
    receipt: &Receipt,
    from: Account,
) -> Result<JournalEntry, LedgerError> {
    let postings = vec![
        Posting { account: Account::Clearing(receipt.provider), amount: receipt.amount },
        Posting { account: from, amount: receipt.amount.negated()? },
    ];
    JournalEntry::new(id, at, occasion, postings)
}

fn entry_over(
    id: JournalId,
    at: Timestamp,
    occasion: Occasion,
    postings: Vec<Posting>,
) -> Result<Option<JournalEntry>, LedgerError> {
    let moving: Vec<_> = postings.into_iter().filter(|posting| !posting.amount.is_zero()).collect();
    if moving.is_empty() { Ok(None) } else { JournalEntry::new(id, at, occasion, moving).map(Some) }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;
    use crate::Balances;

    fn idr(minor: i64) -> Money {
        Money::new(minor, Currency::IDR)
    }

    fn jrn() -> JournalId {
        "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
    }

    fn at() -> Timestamp {
        "2026-12-01T00:00:00Z".parse().unwrap()
    }

    fn holder() -> Party {
        Party::Customer("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap())
    }

    fn invoice(net: i64, tax: i64) -> IssuedInvoice {
        IssuedInvoice {
            id: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            holder: holder(),
            net: idr(net),
            tax: idr(tax),
        }
    }

    fn receipt(amount: i64) -> Receipt {
        Receipt {
            id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            holder: holder(),
            provider: Provider::Midtrans,
            amount: idr(amount),
        }
    }

    #[test]
    fn an_invoice_and_its_payment_leave_earnings_tax_and_money_at_the_provider() {
        let mut balances = Balances::default();
        balances.add(&invoice_issued(jrn(), at(), &invoice(449_000, 49_390)).unwrap().unwrap()).unwrap();
        balances.add(&invoice_paid(jrn(), at(), invoice(0, 0).id, &receipt(498_390)).unwrap()).unwrap();
        let rows: Vec<_> = balances.iter().map(|(account, amount)| (account.to_string(), amount.minor())).collect();
        assert_eq!(
            rows,
            [
                ("receivable:cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(), 0),
                ("revenue".to_owned(), -449_000),
                ("tax_payable".to_owned(), -49_390),
                ("clearing:midtrans".to_owned(), 498_390),
            ]
        );
    }

    #[test]
    fn an_invoice_over_nothing_moves_nothing() {
        assert_eq!(invoice_issued(jrn(), at(), &invoice(0, 0)), Ok(None));
        let without_tax = invoice_issued(jrn(), at(), &invoice(999, 0)).unwrap().unwrap();
        assert_eq!(without_tax.postings().len(), 2);
        assert_eq!(invoice_paid(jrn(), at(), invoice(0, 0).id, &receipt(0)), Err(LedgerError::Empty));
    }

    #[test]
    fn an_unapplied_payment_stays_the_customers() {
        let entry = payment_unapplied(jrn(), at(), &receipt(5_000)).unwrap();
        let accounts: Vec<_> = entry.postings().iter().map(|posting| posting.account.to_string()).collect();
        assert_eq!(accounts, ["clearing:midtrans", "customer_balance:cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X"]);
    }

    proptest! {
        #[test]
        fn voiding_undoes_issuing(net in 0_i64..1_000_000_000, tax in 0_i64..1_000_000_000) {
            let mut balances = Balances::default();
            for entry in [
                invoice_issued(jrn(), at(), &invoice(net, tax)).unwrap(),
                invoice_voided(jrn(), at(), &invoice(net, tax)).unwrap(),
            ].into_iter().flatten() {
                balances.add(&entry).unwrap();
            }
            prop_assert!(balances.iter().all(|(_, amount)| amount.is_zero()));
        }
    }
}
