//! Issues the invoice of a subscription's period: exactly one per period, numbered without a gap, and closes what it
//! was priced from, all in one transaction.

use std::collections::BTreeMap;

use kernel::{Date, InvoiceId, Timestamp, Zone};
use table::{Cancelled, Slot, Table, TableError, TenantScope, Transaction, Write};

use crate::{
    Feature, Invoice, InvoiceNumber, Invoices, LateUnits, Month, Plan, PricingError, Subscription, Subscriptions,
    Terms, Used, draft,
    invoices::{last_place, sequence_key},
    usage_rows::{Counter, UsageRows, counter_key, parse_counter},
};

/// What an invoice is priced from, as read. Each part is checked again by the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// The counters of the present period.
    counters: BTreeMap<Feature, Counter>,
    /// The closed counters of former periods that have late units.
    former: BTreeMap<(Date, Feature), Counter>,
    /// The number that comes next.
    number: InvoiceNumber,
    /// When it was read, which is when the invoice is issued.
    at: Timestamp,
}

/// An invoice that is ready to be issued, with all that changes beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuance {
    /// The invoice, numbered.
    pub invoice: Invoice,
    /// The subscription in its next period.
    pub subscription: Subscription,
    number: InvoiceNumber,
    books: Books,
}

/// The places of an issuance in its transaction.
#[derive(Clone, Debug)]
pub struct IssuanceSlots {
    guard: Slot,
    number: Slot,
    subscription: Slot,
    counters: Vec<Slot>,
}

/// Which race an issuance has lost. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The period is invoiced already: there is nothing to do.
    AlreadyInvoiced,
    /// The subscription was changed: read it again.
    SubscriptionChanged,
    /// Another invoice took the number, or usage was counted meanwhile: read the books again.
    BooksChanged,
    /// None of ours: another write of the transaction.
    Other,
}

impl Books {
    /// Reads what the present period of `subscription` is priced from. One round trip, one more when there are late
    /// units.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn read(
        table: &dyn Table,
        scope: TenantScope,
        (subscription, plan): (&Subscription, &Plan),
        seller_zone: &Zone,
        now: Timestamp,
    ) -> Result<Self, TableError> {
        let month = Month::of(now.date_in(seller_zone));
        let mut keys = vec![sequence_key(scope, month)];
        let start = subscription.period.start;
        keys.extend(plan.meters.iter().map(|feature| counter_key(scope, subscription.id, start, feature)));
        let mut rows = table.batch_get(&keys).await?.into_iter();
        let last = last_place(rows.next().flatten())?;
        let counters = plan.meters.iter().cloned().zip(rows);
        let counters: BTreeMap<Feature, Counter> =
            counters.map(|(feature, row)| Ok((feature, parse_counter(row)?))).collect::<Result<_, TableError>>()?;
        let late: Vec<(Date, Feature)> = counters
            .iter()
            .flat_map(|(feature, counter)| counter.late.keys().map(|start| (*start, feature.clone())))
            .collect();
        let former = UsageRows::new(table, scope).counters(subscription.id, &late).await?;
        let former = late.into_iter().zip(former).collect();
        Ok(Self { counters, former, number: InvoiceNumber::new(month, last + 1), at: now })
    }

    fn used(&self) -> BTreeMap<Feature, Used> {
        let used = self.counters.iter().map(|(feature, counter)| {
            let late = counter.late.iter().map(|(start, units)| {
                let former = self.former.get(&(*start, feature.clone()));
                let billed_before = former.map_or(0, |former| former.used.saturating_add(former.late_billed));
                (*start, LateUnits { units: *units, billed_before })
            });
            (feature.clone(), Used { units: counter.used, late: late.collect() })
        });
        used.collect()
    }
}

impl Issuance {
    /// Decides the invoice for the present period of `subscription` and what follows from it.
    ///
    /// # Errors
    /// Those of [`draft`], `Invoice(OutOfTime)`, `Subscription(OutOfTime)`.
    pub fn decide(
        id: InvoiceId,
        subscription: &Subscription,
        plan: &Plan,
        books: Books,
        terms: &Terms,
    ) -> Result<Self, PricingError> {
        let number = books.number;
        let invoice = draft(id, subscription, plan, &books.used(), terms)?;
        let invoice = invoice.issue(number, books.at, terms.terms_days)?;
        let subscription = subscription.clone().into_next_period()?;
        Ok(Self { invoice, subscription, number, books })
    }

    /// Adds all writes: 7, and one or two per counter. Journal entry and outbox event belong into the same
    /// transaction.
    ///
    /// # Errors
    /// `Corrupt` when a record does not serialise.
    pub fn add_to(&self, scope: TenantScope, transaction: &mut Transaction) -> Result<IssuanceSlots, TableError> {
        let invoice = &self.invoice;
        let guard = transaction.add(Invoices::guard(scope, invoice)?);
        let subscription = Subscriptions::save(transaction, scope, &self.subscription)?;
        let number = transaction.add(Invoices::take_number(scope, self.number));
        transaction.add(Invoices::number_marker(scope, invoice, self.number)?);
        transaction.add(Invoices::customer_pointer(scope, invoice)?);
        transaction.add(Invoices::insert(scope, invoice)?);
        let counters = self.counter_writes(scope).map(|write| transaction.add(write)).collect();
        Ok(IssuanceSlots { guard, number, subscription, counters })
    }

    fn counter_writes(&self, scope: TenantScope) -> impl Iterator<Item = Write> {
        let (sub, start, invoice) = (self.invoice.subscription, self.invoice.period.start, self.invoice.id);
        let closed = self
            .books
            .counters
            .iter()
            .map(move |(feature, counter)| UsageRows::close(scope, sub, (start, feature, counter), invoice));
        let billed = self.books.counters.iter().flat_map(move |(feature, counter)| {
            let late = counter.late.iter();
            late.map(move |(start, units)| UsageRows::bill_late(scope, sub, *start, feature, *units))
        });
        closed.chain(billed)
    }
}

impl IssuanceSlots {
    /// Which race was lost when the transaction was cancelled.
    pub fn explain(&self, cancelled: &Cancelled) -> Lost {
        let failed = |slot: Slot| cancelled.failed(slot).is_some();
        if failed(self.guard) {
            Lost::AlreadyInvoiced
        } else if failed(self.subscription) {
            Lost::SubscriptionChanged
        } else if failed(self.number) || self.counters.iter().any(|slot| failed(*slot)) {
            Lost::BooksChanged
        } else {
            Lost::Other
        }
    }
}
