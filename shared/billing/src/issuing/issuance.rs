//! Takes a subscription over a boundary: at most one invoice for each, numbered without a gap, and what it was priced from
//! closed, all in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use kernel::{Date, InvoiceId, SubscriptionId, Timestamp};
use table::{Cancelled, Slot, Table, TableError, TenantScope, Transaction, Write, pages};

use crate::{
    Aggregation, Feature, Finalised, Invoice, InvoiceNumber, Invoices, LateUnits, Month, PlanError, PlanSet,
    PricingError, Subscription, SubscriptionError, SubscriptionTurn, Subscriptions, Terms, Turn, Used, invoice_of,
    price,
    usage::{
        counter_row::{Closing, counter_key},
        rows::{Counter, UsageRows, parse_counter},
    },
};

/// For how many days after a period its units may still come, and then some for an invoice that is late itself.
const LATE_DAYS: i64 = 100;

/// What an invoice is priced from, as read. Each part is checked again by the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// The counters of the period that ended, by the first day of the part that they count.
    counters: BTreeMap<(Date, Feature), Counter>,
    /// The closed counters of former periods that have late units.
    former: BTreeMap<(Date, Feature), Counter>,
    /// The month that the invoice is numbered in.
    month: Month,
    /// When it was read, which is when the invoice is issued.
    at: Timestamp,
}

/// Turns that are ready to be taken, with all that changes beside them: one, or those of several subscriptions of a customer
/// that are invoiced together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuance {
    /// The invoice, with the first number of its month until [`Issuance::numbered`]; none when nothing is owed.
    pub invoice: Option<Invoice>,
    /// The subscriptions after it, in the order of the turns.
    pub turned: Vec<Turned>,
}

/// A subscription after its turn, and what the turn was priced from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// The subscription.
    pub subscription: Subscription,
    books: Books,
}

/// The places of an issuance in its transaction.
#[derive(Clone, Debug)]
pub struct IssuanceSlots {
    guards: Vec<Slot>,
    number: Option<Slot>,
    subscriptions: Vec<Slot>,
    counters: Vec<Slot>,
}

/// Which race an issuance has lost. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The period is invoiced already: there is nothing to do.
    AlreadyInvoiced,
    /// The subscription was changed: read it again.
    SubscriptionChanged,
    /// Usage was counted meanwhile: read the books again.
    BooksChanged,
    /// Another invoice has this number: read the sequence again.
    NumberTaken,
    /// None of ours: another write of the transaction.
    Other,
}

impl Books {
    /// Reads what a turn of a subscription is priced from. One round trip where something is counted, one more when there are
    /// late units.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` when a plan is not among those that were read.
    pub async fn read(
        table: &dyn Table,
        scope: TenantScope,
        SubscriptionTurn { turn, subscription, plans }: SubscriptionTurn<'_>,
        terms: &Terms,
        now: Timestamp,
    ) -> Result<Self, TableError> {
        let month = Month::of(now.date_in(&terms.seller.zone));
        let counted = match turn {
            Turn::Close => counted(subscription, plans).map_err(|error| TableError::Corrupt(error.to_string()))?,
            Turn::Begin | Turn::Adjust | Turn::EndTrial | Turn::Wait => Vec::new(),
        };
        let rows = UsageRows::new(table, scope);
        let keys = counted.iter().map(|(start, meter)| counter_key(scope, subscription.id, *start, meter));
        let read = pages::each_of(table, &keys.collect::<Vec<_>>()).await?;
        let counters = counted.into_iter().zip(read).map(|(name, row)| Ok((name, parse_counter(row)?)));
        let mut counters: BTreeMap<(Date, Feature), Counter> = counters.collect::<Result<_, TableError>>()?;
        let late: BTreeSet<(Date, Feature)> = counters
            .iter()
            .flat_map(|((_, feature), counter)| counter.late.keys().map(|start| (*start, feature.clone())))
            .collect();
        let late: Vec<(Date, Feature)> = late.into_iter().collect();
        let former = rows.counters(subscription.id, &late).await?;
        let former: BTreeMap<(Date, Feature), Counter> = late.into_iter().zip(former).collect();
        for ((_, feature), counter) in &mut counters {
            if counts_largest(subscription, plans, feature) {
                counter.keep_late_beyond(|start| former.get(&(start, feature.clone())));
            }
        }
        Ok(Self { counters, former, month, at: now })
    }

    fn used(&self) -> Used {
        let mut used = Used::default();
        for (name, counter) in &self.counters {
            used.units.insert(name.clone(), counter.used);
            for (start, units) in &counter.late {
                let former = (*start, name.1.clone());
                let billed_before = self.former.get(&former).map_or(0, |one| one.used.saturating_add(one.late_billed));
                let late = used.late.entry(former).or_insert(LateUnits { units: 0, billed_before });
                late.units = late.units.saturating_add(*units);
            }
        }
        used
    }
}

/// Whether the largest quantity of a feature is billed.
fn counts_largest(subscription: &Subscription, plans: &PlanSet, feature: &Feature) -> bool {
    let plans = subscription.plans().into_iter().filter_map(|plan| plans.get(plan).ok());
    let mut counting = plans.filter(|plan| plan.meters.contains(feature));
    counting.any(|plan| plan.aggregation(feature) == Aggregation::Max)
}

/// Every counter of the period that ended: in each part those of its plan, and in the first part those of all plans whose
/// units may have come late, because they are noted there.
pub(crate) fn counted(subscription: &Subscription, plans: &PlanSet) -> Result<Vec<(Date, Feature)>, PlanError> {
    let mut counted = BTreeSet::new();
    let since = subscription.period.start.checked_sub(LATE_DAYS.days()).unwrap_or(Date::MIN);
    for segment in subscription.segments_since(since) {
        let meters = plans.get(&segment.plan)?.meters.iter();
        counted.extend(meters.map(|meter| (subscription.period.start, meter.clone())));
    }
    for (part, segment) in subscription.metered_parts(subscription.period) {
        counted.extend(plans.get(&segment.plan)?.meters.iter().map(|meter| (part.start, meter.clone())));
    }
    Ok(counted.into_iter().collect())
}

impl Issuance {
    /// Decides what turns of subscriptions of one customer and currency bring: the invoice, if anything is owed, and the
    /// subscriptions after it.
    ///
    /// # Errors
    /// Those of [`price`], `Invoice(OutOfTime)`, `Subscription(OutOfTime)`.
    pub fn decide(
        id: InvoiceId,
        turns: Vec<(SubscriptionTurn<'_>, Books)>,
        terms: &Terms,
    ) -> Result<Self, PricingError> {
        let (mut priced, mut turned) = (Vec::new(), Vec::new());
        for (taken, books) in turns {
            let next = after(taken.turn, taken.subscription.clone(), terms)?;
            let one = price(taken, next, &books.used(), terms)?;
            turned.push(Turned { subscription: one.next.clone(), books });
            priced.push(one);
        }
        let Some(first) = turned.first() else { return Ok(Self { invoice: None, turned }) };
        let (currency, month, at) = (first.subscription.currency, first.books.month, first.books.at);
        let number = InvoiceNumber::new(terms.number_prefix, month, 1);
        let draft = invoice_of(id, priced, currency, terms)?;
        let invoice = match draft.map(|draft| draft.finalise(number, at, terms.terms_days)).transpose()? {
            Some(Finalised::Now(invoice) | Finalised::Before(invoice)) => Some(invoice),
            None => None,
        };
        Ok(Self { invoice, turned })
    }

    /// The same with the number at `place` of its month.
    #[must_use]
    pub fn numbered(mut self, place: u32) -> Self {
        if let Some(issued) = self.invoice.as_mut().and_then(|invoice| invoice.issued.as_mut()) {
            issued.number = issued.number.at(place);
        }
        self
    }

    /// The same where nothing is to be paid before the subscriptions are active.
    #[must_use]
    pub fn paid_first(self) -> Self {
        let paid = |one: Turned| Turned { subscription: one.subscription.paid_first(), ..one };
        Self { turned: self.turned.into_iter().map(paid).collect(), ..self }
    }

    /// The month that its invoice is numbered in; none without one.
    pub fn month(&self) -> Option<Month> {
        self.invoice.as_ref().and_then(|invoice| invoice.issued.as_ref()).map(|issued| issued.number.month())
    }

    /// Adds all writes: 6, and one or two per counter, and two and the counters' for every further subscription; without an
    /// invoice two, and the counters'. Journal entry, outbox event and the move of the month's sequence
    /// ([`Invoices::take_places`]) belong into the same transaction.
    ///
    /// # Errors
    /// `Corrupt` when a record does not serialise.
    pub fn add_to(&self, scope: TenantScope, transaction: &mut Transaction) -> Result<IssuanceSlots, TableError> {
        let (mut guards, mut number) = (Vec::new(), None);
        if let Some((invoice, issued)) = self.invoice.as_ref().and_then(|one| Some((one, one.issued.as_ref()?))) {
            let guarding = Invoices::guards(scope, invoice)?;
            guards.extend(guarding.into_iter().map(|write| transaction.add(write)));
            number = Some(transaction.add(Invoices::number_marker(scope, invoice, issued.number)?));
            transaction.add(Invoices::customer_pointer(scope, invoice)?);
            Invoices::insert(transaction, scope, invoice)?;
        }
        let (mut subscriptions, mut counters) = (Vec::new(), Vec::new());
        for turned in &self.turned {
            subscriptions.push(Subscriptions::save(transaction, scope, &turned.subscription)?);
            counters.extend(self.counter_writes(scope, turned).map(|write| transaction.add(write)));
        }
        Ok(IssuanceSlots { guards, number, subscriptions, counters })
    }

    fn counter_writes(&self, scope: TenantScope, turned: &Turned) -> impl Iterator<Item = Write> {
        let sub: SubscriptionId = turned.subscription.id;
        let invoice = self.invoice.as_ref().filter(|invoice| invoice.subscriptions().any(|of| of == sub));
        let closing = invoice.map_or(Closing::Nothing, |invoice| Closing::Invoice(invoice.id));
        let counters = turned.books.counters.iter();
        let closed = counters.map(move |(counted, counter)| UsageRows::close(scope, sub, counted, counter, closing));
        let mut late: BTreeMap<(Date, &Feature), u64> = BTreeMap::new();
        for ((_, feature), counter) in &turned.books.counters {
            for (start, units) in &counter.late {
                *late.entry((*start, feature)).or_default() += units;
            }
        }
        let billed = late.into_iter();
        closed
            .chain(billed.map(move |((start, feature), units)| UsageRows::bill_late(scope, sub, start, feature, units)))
    }
}

fn after(turn: Turn, subscription: Subscription, terms: &Terms) -> Result<Subscription, SubscriptionError> {
    match turn {
        Turn::Wait => Ok(subscription),
        Turn::EndTrial => subscription.trial_ended(terms.grace),
        Turn::Begin => subscription.begun(terms.grace),
        Turn::Adjust => subscription.adjusted(terms.grace),
        Turn::Close => subscription.closed(terms.grace),
    }
}

impl IssuanceSlots {
    /// Which race was lost when the transaction was cancelled.
    pub fn explain(&self, cancelled: &Cancelled) -> Lost {
        let failed = |slot: Slot| cancelled.failed(slot).is_some();
        let any = |slots: &[Slot]| slots.iter().any(|slot| failed(*slot));
        if any(&self.guards) {
            Lost::AlreadyInvoiced
        } else if any(&self.subscriptions) {
            Lost::SubscriptionChanged
        } else if any(&self.counters) {
            Lost::BooksChanged
        } else if self.number.is_some_and(failed) {
            Lost::NumberTaken
        } else {
            Lost::Other
        }
    }
}
