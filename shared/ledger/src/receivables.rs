//! What the journal moved of what each invoice asks for: by it, what was owed at an earlier moment follows from what is owed
//! now.

use std::collections::BTreeMap;

use kernel::{Currency, InvoiceId, Money, MoneyError};

use crate::{Account, JournalEntry};

/// Debits less credits on the accounts of what is owed, by invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receivables(BTreeMap<InvoiceId, Money>);

impl Receivables {
    /// Adds the postings of an entry.
    ///
    /// # Errors
    /// `Overflow`, `CurrencyMismatch` between entries of one invoice; the sums are then not to be used further.
    pub fn add(&mut self, entry: &JournalEntry) -> Result<(), MoneyError> {
        let Some(invoice) = entry.occasion().invoice() else { return Ok(()) };
        for posting in entry.postings() {
            if matches!(posting.account, Account::Receivable(_)) {
                let moved = self.0.entry(invoice).or_insert(Money::zero(posting.amount.currency()));
                *moved = moved.checked_add(posting.amount)?;
            }
        }
        Ok(())
    }

    /// The invoices of which anything moved.
    pub fn invoices(&self) -> impl Iterator<Item = InvoiceId> + '_ {
        self.0.keys().copied()
    }

    /// How much moved of an invoice in this currency.
    pub fn of(&self, invoice: InvoiceId, currency: Currency) -> Money {
        self.0.get(&invoice).copied().unwrap_or(Money::zero(currency))
    }

    /// How much moved of all invoices, by currency.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn totals(&self) -> Result<BTreeMap<Currency, Money>, MoneyError> {
        let mut totals: BTreeMap<Currency, Money> = BTreeMap::new();
        for moved in self.0.values() {
            let total = totals.entry(moved.currency()).or_insert(Money::zero(moved.currency()));
            *total = total.checked_add(*moved)?;
        }
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Party;

    use super::*;
    use crate::{IssuedInvoice, Owed, Receipt, Stamp, invoice_issued, invoice_paid, payment_unapplied};

    #[test]
    fn only_what_is_owed_counts_and_each_invoice_for_itself() {
        let party: Party = "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let at = "2026-12-01T00:00:00Z".parse().unwrap();
        let stamp = Stamp { id: "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), at };
        let id = |last: char| format!("inv_01JD2Z3M4N5P6Q7R8S9T0V1W2{last}").parse().unwrap();
        let idr = |minor| Money::new(minor, Currency::IDR);
        let issued = |last| {
            let (earned, deferred) = (idr(10), idr(90));
            let invoice = IssuedInvoice { id: id(last), party, earned, deferred, tax: idr(11), surplus: idr(0) };
            invoice_issued(stamp, &invoice).unwrap().unwrap()
        };
        let receipt = |minor| Receipt {
            id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            party,
            provider: kernel::Provider::Manual,
            amount: idr(minor),
        };
        let entries = [
            issued('X'),
            issued('Y'),
            invoice_paid(stamp, id('X'), Owed::Yes, &receipt(40)).unwrap(),
            invoice_paid(stamp, id('Y'), Owed::GivenUp, &receipt(50)).unwrap(),
            payment_unapplied(stamp, &receipt(7)).unwrap(),
        ];
        let mut moved = Receivables::default();
        for entry in &entries {
            moved.add(entry).unwrap();
        }
        assert_eq!(moved.invoices().collect::<Vec<_>>(), [id('X'), id('Y')]);
        assert_eq!((moved.of(id('X'), Currency::IDR), moved.of(id('Y'), Currency::IDR)), (idr(71), idr(111)));
        assert_eq!(moved.of(id('Z'), Currency::IDR), idr(0));
        assert_eq!(moved.totals().unwrap(), BTreeMap::from([(Currency::IDR, idr(182))]));
    }
}
