//! The journal on the real table code: entries come back in the order of time, and their balances are those of a range.

use kernel::{Currency, CustomerId, InvoiceId, JournalId, Money, Party, PaymentId, TenantId, Timestamp};
use ledger::{Account, IssuedInvoice, Journal, JournalEntry, Provider, Receipt, invoice_issued, invoice_paid};
use table::{Table, TenantScope};
use testkit::memory_table;

#[cfg(test)]
mod books {
    use super::*;

    pub(crate) const JRN: [&str; 3] =
        ["jrn_01JD2Z3M4N5P6Q7R8S9T0V1W21", "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W22", "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W23"];

    pub(crate) fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    pub(crate) fn holder() -> Party {
        Party::Customer("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<CustomerId>().unwrap())
    }

    pub(crate) fn issued(id: &str, when: &str, net: i64, tax: i64) -> JournalEntry {
        let invoice = IssuedInvoice {
            id: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<InvoiceId>().unwrap(),
            holder: holder(),
            net: Money::new(net, Currency::IDR),
            tax: Money::new(tax, Currency::IDR),
        };
        invoice_issued(id.parse::<JournalId>().unwrap(), at(when), &invoice).unwrap().unwrap()
    }

    pub(crate) fn paid(id: &str, when: &str, amount: i64) -> JournalEntry {
        let receipt = Receipt {
            id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<PaymentId>().unwrap(),
            holder: holder(),
            provider: Provider::Midtrans,
            amount: Money::new(amount, Currency::IDR),
        };
        let invoice = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        invoice_paid(id.parse().unwrap(), at(when), invoice, &receipt).unwrap()
    }
}

#[tokio::test]
async fn entries_of_many_months_are_replayed_in_order() {
    use books::{JRN, at, holder, issued, paid};
    let table = memory_table().await;
    let scope = TenantScope::new("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<TenantId>().unwrap());
    let journal = Journal::new(&table, scope);
    let entries = [
        issued(JRN[0], "2026-12-31T23:59:59.999Z", 449_000, 49_390),
        issued(JRN[1], "2027-01-01T00:00:00Z", 100, 11),
        paid(JRN[2], "2027-02-28T12:00:00Z", 498_390),
    ];
    for entry in entries.iter().rev() {
        table.write(journal.append(entry).unwrap()).await.unwrap();
    }
    // Written once: the same entry again is refused.
    assert!(table.write(journal.append(&entries[0]).unwrap()).await.is_err());
    let (from, to) = (at("2026-12-01T00:00:00Z"), at("2027-03-01T00:00:00Z"));
    assert_eq!(journal.entries(from, to).await.unwrap(), entries);
    let balances = journal.balances(from, to).await.unwrap();
    assert_eq!(balances.of(Account::Receivable(holder()), Currency::IDR).minor(), 111);
    assert_eq!(balances.of(Account::Clearing(Provider::Midtrans), Currency::IDR).minor(), 498_390);
    assert!(balances.totals().unwrap().iter().all(|total| total.is_zero()));
    // The end of a range is outside, its beginning inside.
    let january = journal.entries(at("2027-01-01T00:00:00Z"), at("2027-02-28T12:00:00Z")).await.unwrap();
    assert_eq!(january, entries[1..2]);
}
