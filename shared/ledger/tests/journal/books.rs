//! The journal on the real table code: entries come back in the order of time, and the balances beside it are what they
//! add up to and cannot be spent twice.

use kernel::{Currency, InvoiceId, JournalId, Money, PageLimit, Party, PaymentId, Provider, RefundId, Timestamp};
use ledger::{
    Account, IssuedInvoice, Journal, JournalEntry, Owed, PartyBalance, Posted, Receipt, Stamp, deposited,
    invoice_issued, invoice_paid, withdrawn,
};
use table::{Table, TenantScope, TransactError, Transaction, pages::PageRequest};
use testkit::memory_table;

const JRN: [&str; 4] = [
    "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W21",
    "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W22",
    "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W23",
    "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W24",
];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn party() -> Party {
    "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
}

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

fn stamp(id: &str, when: &str) -> Stamp {
    Stamp { id: id.parse::<JournalId>().unwrap(), at: at(when) }
}

fn issued(id: &str, when: &str, net: i64, tax: i64) -> JournalEntry {
    let invoice = IssuedInvoice {
        id: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<InvoiceId>().unwrap(),
        party: party(),
        earned: idr(net),
        deferred: idr(0),
        tax: idr(tax),
        surplus: idr(0),
    };
    invoice_issued(stamp(id, when), &invoice).unwrap().unwrap()
}

fn receipt(amount: i64) -> Receipt {
    Receipt {
        id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<PaymentId>().unwrap(),
        party: party(),
        provider: Provider::Midtrans,
        amount: idr(amount),
    }
}

fn paid(id: &str, when: &str, amount: i64) -> JournalEntry {
    let invoice = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    invoice_paid(stamp(id, when), invoice, Owed::Yes, &receipt(amount)).unwrap()
}

fn scope() -> TenantScope {
    TenantScope::new("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap())
}

/// Posts entries in one transaction.
async fn post(table: &dyn Table, entries: &[JournalEntry]) -> Result<(), (Posted, TransactError)> {
    let mut transaction = Transaction::new();
    let posted = Journal::new(table, scope()).post(&mut transaction, entries).unwrap();
    table.transact(transaction).await.map_err(|error| (posted, error))
}

#[tokio::test]
async fn entries_of_many_months_are_replayed_in_order() {
    let table = memory_table().await;
    let journal = Journal::new(&table, scope());
    let entries = [
        issued(JRN[0], "2026-12-31T23:59:59.999Z", 449_000, 49_390),
        issued(JRN[1], "2027-01-01T00:00:00Z", 100, 11),
        paid(JRN[2], "2027-02-28T12:00:00Z", 498_390),
    ];
    for entry in entries.iter().rev() {
        post(&table, std::slice::from_ref(entry)).await.unwrap();
    }
    // Written once: the same entry again is refused.
    assert!(post(&table, &entries[..1]).await.is_err());
    let (from, to) = (at("2026-12-01T00:00:00Z"), at("2027-03-01T00:00:00Z"));
    assert_eq!(journal.entries(from, to).await.unwrap(), entries);
    assert_eq!(journal.entries_of(party()).await.unwrap(), entries);
    let balances = journal.balances(from, to).await.unwrap();
    assert_eq!(balances.of(Account::Receivable(party()), Currency::IDR).minor(), 111);
    assert_eq!(balances.of(Account::Clearing(Provider::Midtrans), Currency::IDR).minor(), 498_390);
    assert!(balances.totals().unwrap().iter().all(|total| total.is_zero()));
    // The balance beside the journal says the same.
    let row = journal.balance_of(party(), Currency::IDR).await.unwrap();
    assert_eq!(row, PartyBalance::by_journal(&balances, party(), Currency::IDR).unwrap());
    assert_eq!(journal.balances_of(party()).await.unwrap(), [row]);
    let none = journal.balance_of(party(), Currency::USD).await.unwrap();
    assert_eq!(none, PartyBalance::nothing(party(), Currency::USD));
    // The end of a range is outside, its beginning inside.
    let january = journal.entries(at("2027-01-01T00:00:00Z"), at("2027-02-28T12:00:00Z")).await.unwrap();
    assert_eq!(january, entries[1..2]);
}

#[tokio::test]
async fn what_happened_at_once_is_listed_in_the_order_in_which_it_was_posted() {
    let table = memory_table().await;
    let now = "2026-12-31T12:00:00Z";
    // The ids of one instant are in no order.
    let entries = [issued(JRN[3], now, 449_000, 49_390), paid(JRN[0], now, 498_390)];
    post(&table, &entries).await.unwrap();
    let told = Journal::new(&table, scope()).entries_of(party()).await.unwrap();
    assert_eq!(
        told.iter().map(JournalEntry::occasion).collect::<Vec<_>>(),
        entries.iter().map(JournalEntry::occasion).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_balance_is_never_spent_twice() {
    let table = memory_table().await;
    let when = "2026-12-01T00:00:00Z";
    let spend = |id: &str, amount: i64| {
        let refund = "rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse::<RefundId>().unwrap();
        withdrawn(stamp(id, when), refund, party(), Provider::Midtrans, idr(amount)).unwrap()
    };
    let overdrawn = async |entry: JournalEntry| match post(&table, &[entry]).await {
        Ok(()) => false,
        Err((posted, TransactError::Cancelled(cancelled))) => posted.overdrew(&cancelled),
        Err((_, TransactError::Table(error))) => panic!("{error}"),
    };
    assert!(overdrawn(spend(JRN[0], 1)).await, "there is no balance");
    post(&table, &[deposited(stamp(JRN[0], when), &receipt(5_000)).unwrap()]).await.unwrap();
    assert!(overdrawn(spend(JRN[1], 5_001)).await);
    // Two who want the last of it at once.
    let (one, other) = tokio::join!(overdrawn(spend(JRN[1], 3_000)), overdrawn(spend(JRN[2], 3_000)));
    assert_eq!([one, other].into_iter().filter(|overdrawn| *overdrawn).count(), 1);
    // What comes and goes in one transaction is one change: its sum counts.
    post(
        &table,
        &[deposited(stamp(JRN[3], when), &receipt(500)).unwrap(), spend("jrn_01JD2Z3M4N5P6Q7R8S9T0V1W25", 2_500)],
    )
    .await
    .unwrap();
    let left = Journal::new(&table, scope()).balance_of(party(), Currency::IDR).await.unwrap();
    assert_eq!(left.balance, idr(0));
}

/// What was written once must stay readable.
#[tokio::test]
async fn a_stored_balance_stays_readable() {
    let table = memory_table().await;
    post(&table, &[deposited(stamp(JRN[0], "2026-12-01T00:00:00Z"), &receipt(5_000)).unwrap()]).await.unwrap();
    let key = scope().key("BAL#cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "BAL#IDR");
    let row = table.get(&key).await.unwrap().unwrap();
    let stored: Vec<String> = ["party", "currency", "balance"].iter().map(|name| row[*name].to_string()).collect();
    assert_eq!(stored, ["\"cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X\"", "\"IDR\"", "5000"]);
}

#[tokio::test]
async fn pages_lead_through_the_months_entry_by_entry() {
    let table = memory_table().await;
    let journal = Journal::new(&table, scope());
    let entries = [
        issued(JRN[0], "2026-12-31T23:59:59.999Z", 449_000, 49_390),
        issued(JRN[1], "2026-12-31T23:59:59.999Z", 100, 11),
        paid(JRN[2], "2027-02-28T12:00:00Z", 498_390),
        paid(JRN[3], "2027-03-01T00:00:00Z", 1),
    ];
    for entry in &entries {
        post(&table, std::slice::from_ref(entry)).await.unwrap();
    }
    let (from, to) = (at("2026-12-01T00:00:00Z"), at("2027-03-01T00:00:00Z"));
    for size in 1..=4 {
        let limit = PageLimit::try_from(size).unwrap();
        let (mut seen, mut request) = (Vec::new(), PageRequest { limit, after: None });
        loop {
            let page = journal.page(from, to, &request).await.unwrap();
            assert!(!page.items.is_empty());
            seen.extend(page.items);
            match page.last {
                Some(last) => request.after = Some(last),
                None => break,
            }
        }
        assert_eq!(seen, entries[..3], "{size}");
    }
    assert_eq!(journal.at_most(from, to, 2).await.unwrap(), entries[..2]);
    assert_eq!(journal.at_most(from, to, 9).await.unwrap(), entries[..3]);
    let moved = journal.receivables(from, to).await.unwrap();
    assert_eq!(moved.totals().unwrap().into_values().collect::<Vec<_>>(), [idr(111)]);
}
