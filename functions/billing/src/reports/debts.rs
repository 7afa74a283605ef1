//! What customers owe now, invoice by invoice, and what they owed at an earlier moment.

use std::collections::{BTreeMap, BTreeSet};

use billing::{Aging, Invoice, InvoiceState, InvoiceStatus, Invoices, InvoicesOf, PageRequest, Showing};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{Currency, Date, InvoiceId, MAX_PAGE, Money, MoneyError, Party, Timestamp};
use ledger::{Journal, LedgerError, PartyBalance, Receivables};
use web::Problem;

/// How many customers are looked at at once.
const AT_ONCE: usize = 16;

/// What is owed, by invoice, and what the journal says of it.
pub(crate) struct Debts {
    invoices: Vec<Invoice>,
    /// What moved since the moment that is asked about.
    since: Receivables,
    /// What all customers owed at that moment, by the balances beside the journal.
    pub(crate) in_ledger: BTreeMap<Currency, Money>,
}

impl Debts {
    /// Reads what is owed now, and for an earlier moment what moved since. What is paid while it is read may make the two
    /// differ: then they are read once more.
    pub(crate) async fn read(
        (journal, invoices): (Journal<'_>, Invoices<'_>),
        moment: Option<Timestamp>,
        (day, now): (Date, Timestamp),
    ) -> Result<(Self, Aging), Problem> {
        let first = Self::once(journal, invoices, moment, now).await?;
        let aging = first.aging(day).map_err(LedgerError::from)?;
        if first.agrees(&aging).map_err(LedgerError::from)? {
            return Ok((first, aging));
        }
        let second = Self::once(journal, invoices, moment, now).await?;
        let aging = second.aging(day).map_err(LedgerError::from)?;
        Ok((second, aging))
    }

    async fn once(
        journal: Journal<'_>,
        invoices: Invoices<'_>,
        moment: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let stored = journal.all_balances().await?;
        let mut owing: BTreeMap<Party, BTreeMap<Currency, Money>> = BTreeMap::new();
        for row in stored.iter().filter(|row| !row.receivable.is_zero()) {
            owing.entry(row.party).or_default().insert(row.currency(), row.receivable);
        }
        let of_each = stream::iter(owing.into_iter().map(|(party, owed)| open_of(invoices, party, owed)));
        let open: Vec<Vec<Invoice>> = of_each.buffered(AT_ONCE).try_collect().await?;
        let mut invoices_now: Vec<Invoice> = open.into_iter().flatten().collect();

        let mut since = Receivables::default();
        if let Some(moment) = moment {
            // The clocks of those who write may be ahead of ours.
            since = journal.receivables(moment, now.plus(jiff::SignedDuration::from_hours(1)).max(moment)).await?;
            let have: BTreeSet<InvoiceId> = invoices_now.iter().map(|invoice| invoice.id).collect();
            let others: Vec<InvoiceId> = since.invoices().filter(|id| !have.contains(id)).collect();
            invoices_now.extend(invoices.get_many(&others).await?);
        }
        let in_ledger = before(&stored, &since).map_err(LedgerError::from)?;
        Ok(Self { invoices: invoices_now, since, in_ledger })
    }

    fn aging(&self, day: Date) -> Result<Aging, MoneyError> {
        let mut aging = Aging::default();
        for invoice in &self.invoices {
            let moved = self.since.of(invoice.id, invoice.currency);
            aging.add(invoice, owed_now(invoice).checked_sub(moved)?, day)?;
        }
        Ok(aging)
    }

    fn agrees(&self, aging: &Aging) -> Result<bool, MoneyError> {
        let mut by_invoice = BTreeMap::new();
        for (currency, sums) in aging.totals()? {
            by_invoice.insert(currency, sums.total()?);
        }
        by_invoice.retain(|_, owed| !owed.is_zero());
        Ok(by_invoice == self.in_ledger)
    }
}

/// What an invoice asks for on the account of what is owed: one that was given up asks for nothing there.
fn owed_now(invoice: &Invoice) -> Money {
    match invoice.state {
        InvoiceState::Open => invoice.amount_due(),
        InvoiceState::Draft
        | InvoiceState::Paid { .. }
        | InvoiceState::Void { .. }
        | InvoiceState::Uncollectible { .. } => Money::zero(invoice.currency),
    }
}

/// The open invoices of a customer, newest first, until they are all that the customer owes.
async fn open_of(
    invoices: Invoices<'_>,
    party: Party,
    mut owed: BTreeMap<Currency, Money>,
) -> Result<Vec<Invoice>, Problem> {
    let (mut open, mut request) = (Vec::new(), PageRequest::first::<MAX_PAGE>());
    loop {
        let page = invoices.list(InvoicesOf::Customer(party), Showing::In(InvoiceStatus::Open), &request).await?;
        for invoice in page.items {
            let due = invoice.amount_due();
            let left = owed.entry(due.currency()).or_insert(Money::zero(due.currency()));
            *left = left.checked_sub(due).map_err(LedgerError::from)?;
            open.push(invoice);
        }
        match page.last {
            Some(last) if owed.values().any(|left| !left.is_zero()) => request.after = Some(last),
            Some(_) | None => return Ok(open),
        }
    }
}

/// What all owed before what moved since; a currency in which nothing was owed is left out.
fn before(stored: &[PartyBalance], since: &Receivables) -> Result<BTreeMap<Currency, Money>, MoneyError> {
    let mut sums: BTreeMap<Currency, Money> = BTreeMap::new();
    for row in stored {
        let sum = sums.entry(row.currency()).or_insert(Money::zero(row.currency()));
        *sum = sum.checked_add(row.receivable)?;
    }
    for (currency, moved) in since.totals()? {
        let sum = sums.entry(currency).or_insert(Money::zero(currency));
        *sum = sum.checked_sub(moved)?;
    }
    sums.retain(|_, sum| !sum.is_zero());
    Ok(sums)
}
