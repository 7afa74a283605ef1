//! What reports say of any history is what its accounts hold.

use billing::{Aging, CreditNotes, InvoiceStatus, TaxMovement, TaxOccasion};
use kernel::Currency;
use ledger::{Account, Balances, JournalEntry, Occasion, Receivables, RevenueDays, statement};

use crate::world::{World, usd};

/// What reports say of these entries, which are all that there are, is what the accounts hold.
pub(crate) async fn check(world: &World, entries: &[JournalEntry], balances: &Balances) {
    let on = |account| balances.of(account, Currency::USD).minor();
    let (mut revenue, mut moved) = (RevenueDays::default(), Receivables::default());
    let (day, zone) = (|number| jiff::civil::date(2026, 11, 1).saturating_add(number), kernel::Zone::utc());
    let (mut taxes, mut all_tax) = (Vec::new(), 0);
    for entry in entries {
        revenue.add(entry.at().date_in(&zone), entry).unwrap();
        moved.add(entry).unwrap();
        let is_credit = matches!(entry.occasion(), Occasion::CreditNoteIssued { .. });
        if !is_credit && !matches!(entry.occasion(), Occasion::InvoiceIssued { .. }) {
            continue;
        }
        let occasion = if is_credit { TaxOccasion::Credited } else { TaxOccasion::Issued };
        let invoice = world.invoice(entry.occasion().invoice().unwrap()).await;
        let sum = |keep: fn(Account) -> bool| {
            let postings = entry.postings().iter().filter(|posting| keep(posting.account));
            usd(-postings.map(|posting| posting.amount.minor()).sum::<i64>())
        };
        let tax = sum(|account| account == Account::TaxPayable);
        let net = sum(|account| matches!(account, Account::Revenue | Account::DeferredRevenue(_)));
        let movement = TaxMovement { day: entry.at().date_in(&zone), occasion, net, tax };
        taxes.extend(match entry.occasion().credit_note() {
            Some(id) => {
                let note = CreditNotes::new(&world.table, world.scope).get(id).await.unwrap().unwrap();
                note.trusted("a test looks").taxes_moved(movement.day).unwrap()
            }
            None => invoice.taxes_moved(movement).unwrap(),
        });
        all_tax += tax.minor();
    }
    let (_, total) = revenue.of((0..430).map(|number| day(jiff::Span::new().days(number))), usd(0)).unwrap();
    let figures = total.figures;
    assert_eq!(figures.recognised.minor(), -on(Account::Revenue));
    assert_eq!(figures.tax.minor(), -on(Account::TaxPayable));
    assert_eq!(figures.written_off.minor() - figures.recovered.minor(), on(Account::BadDebt));
    assert_eq!(total.deferred.minor(), -on(Account::DeferredRevenue(world.party)));
    assert_eq!(taxes.iter().map(|row| row.sums.tax.minor()).sum::<i64>(), all_tax);
    let mut aging = Aging::default();
    for id in &world.invoices {
        let invoice = world.invoice(*id).await;
        let owed = if invoice.status() == InvoiceStatus::Open { invoice.amount_due() } else { usd(0) };
        assert_eq!(moved.of(*id, Currency::USD), owed, "each invoice as the journal has it");
        aging.add(&invoice, owed, jiff::civil::date(2027, 1, 1)).unwrap();
    }
    let owed = aging.totals().unwrap().get(&Currency::USD).map_or(0, |sums| sums.total().unwrap().minor());
    assert_eq!(owed, on(Account::Receivable(world.party)));
    let last = statement(entries).unwrap().last().map(|line| (line.owed.minor(), line.balance.minor()));
    let now = (on(Account::Receivable(world.party)), -on(Account::CustomerBalance(world.party)));
    assert_eq!(last.unwrap_or_default(), now);
}
