//! What is decided of a subscription's turn, and the transaction that makes it so.

use billing::{Interval, Invoice, Issuance, IssuanceSlots, Lost, PlanRef, RunTally, Subscription, SubscriptionStatus};
use cloud::Ctx;
use events::subscription::CancelReason;
use kernel::{JournalId, Timestamp};
use settlement::{IssuePosted, Settlement};
use table::{Cancelled, Slot, TableError, TenantScope, TransactError, Transaction};

use crate::{error::BillingError, issuing::cause::cause};

/// A turn that is decided, and only wants to be written: where it brings an invoice, with a number.
pub(crate) struct Ready {
    pub(crate) scope: TenantScope,
    /// The subscriptions as they were read.
    pub(crate) before: Vec<Subscription>,
    pub(crate) issuance: Issuance,
    /// What the surplus of the invoice pays.
    pub(crate) owed: Vec<Invoice>,
    /// Where it is counted, if somebody asked for a run.
    pub(crate) tally: Option<RunTally>,
}

/// How a turn ended.
pub(crate) enum Issued {
    /// It is written; the subscriptions and the tally as they are now.
    Done(Vec<Subscription>, Option<RunTally>),
    /// Somebody else was faster, and nothing was written; the tally, better known.
    LostRace(Option<RunTally>),
}

/// By what a turn was overtaken.
pub(crate) enum Overtaken {
    /// By something that it was decided by; the tally, better known.
    Race(Option<RunTally>),
    /// By another invoice that took its number.
    Number,
}

/// The writes of a turn, and which of them tells what.
pub(crate) struct Written {
    pub(crate) transaction: Transaction,
    slots: IssuanceSlots,
    posted: IssuePosted,
    counted: Option<Slot>,
}

impl Ready {
    /// Writes a turn without an invoice.
    pub(crate) async fn write(self, ctx: &Ctx) -> Result<Issued, BillingError> {
        let mut written = self.written(ctx, &self.issuance)?;
        match ctx.table().transact(std::mem::take(&mut written.transaction)).await {
            Ok(()) => Ok(self.done(&self.issuance)),
            Err(TransactError::Cancelled(cancelled)) => match self.explain(&written, &cancelled)? {
                Overtaken::Race(tally) => Ok(Issued::LostRace(tally)),
                Overtaken::Number => Err(corrupt(&cancelled)),
            },
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }

    /// All that is written of it.
    pub(crate) fn written(&self, ctx: &Ctx, issuance: &Issuance) -> Result<Written, BillingError> {
        let mut transaction = Transaction::new();
        let slots = issuance.add_to(self.scope, &mut transaction)?;
        let mut posted = IssuePosted::default();
        if let Some(invoice) = &issuance.invoice {
            posted = self.post(ctx, invoice, &mut transaction)?;
        }
        for (before, after) in self.before.iter().zip(&issuance.turned) {
            tell_change(ctx, self.scope, before, &after.subscription, &mut transaction)?;
        }
        let counted = self.tally.zip(issuance.invoice.as_ref().map(|invoice| invoice.total));
        let counted = counted.map(|(tally, total)| tally.count(self.scope, total, &mut transaction));
        Ok(Written { transaction, slots, posted, counted })
    }

    /// After it was written.
    pub(crate) fn done(&self, issuance: &Issuance) -> Issued {
        let counted = issuance.invoice.as_ref().and(self.tally).map(RunTally::counted);
        let after = issuance.turned.iter().map(|turned| turned.subscription.clone());
        Issued::Done(after.collect(), counted.or(self.tally))
    }

    /// After writes of it failed.
    pub(crate) fn explain(&self, written: &Written, cancelled: &Cancelled) -> Result<Overtaken, BillingError> {
        let miscounted = self.tally.zip(written.counted.filter(|slot| cancelled.failed(*slot).is_some()));
        let tally = match miscounted {
            Some((before, slot)) => before.corrected(slot, cancelled)?,
            None => self.tally,
        };
        // What was on the balance has gone to something else.
        let raced = miscounted.is_some() || written.posted.lost_a_race(cancelled);
        match written.slots.explain(cancelled) {
            Lost::AlreadyInvoiced | Lost::SubscriptionChanged | Lost::BooksChanged => Ok(Overtaken::Race(tally)),
            Lost::NumberTaken | Lost::Other if raced => Ok(Overtaken::Race(tally)),
            Lost::NumberTaken => Ok(Overtaken::Number),
            Lost::Other => Err(corrupt(cancelled)),
        }
    }

    /// Whether the day of its invoice is over, where the seller is.
    pub(crate) fn is_of_yesterday(&self, now: Timestamp) -> bool {
        let of_another_day = |invoice: &Invoice| {
            let today = now.date_in(&invoice.seller.zone);
            invoice.issued.as_ref().is_some_and(|issued| issued.date != today)
        };
        self.issuance.invoice.as_ref().is_some_and(of_another_day)
    }

    /// What is written beside an invoice: what it moves in the books at the instant of its issue, and the events that tell of
    /// it and of those that its surplus paid.
    fn post(&self, ctx: &Ctx, invoice: &Invoice, transaction: &mut Transaction) -> Result<IssuePosted, BillingError> {
        let (scope, journal_id) = (self.scope, || JournalId::new(ctx.new_ulid()));
        let at = invoice.issued.as_ref().map_or_else(|| ctx.now(), |issued| issued.at);
        let posted =
            Settlement::new(ctx.table(), scope, at, &journal_id).issue(transaction, invoice, self.owed.clone())?;
        if let Some(told) = invoice.told_issued() {
            ctx.insert_event(transaction, scope.tenant(), cause(ctx), invoice.version, &told)?;
        }
        for paid in &posted.settled {
            if let Some(told) = paid.told_paid() {
                ctx.insert_event(transaction, scope.tenant(), cause(ctx), paid.version, &told)?;
            }
        }
        Ok(posted)
    }
}

/// Tells of a change that was scheduled for this boundary, if there was one.
pub(crate) fn tell_change(
    ctx: &Ctx,
    scope: TenantScope,
    before: &Subscription,
    after: &Subscription,
    transaction: &mut Transaction,
) -> Result<(), TableError> {
    let (tenant, cause, version) = (scope.tenant(), cause(ctx), after.version);
    if before.status == SubscriptionStatus::Incomplete && after.status == SubscriptionStatus::Active {
        ctx.insert_event(transaction, tenant, cause, version, &after.told_activated())?;
    } else if after.is_over() && !before.is_over() {
        ctx.insert_event(transaction, tenant, cause, version, &after.told_cancelled(CancelReason::Scheduled))?;
    } else if is_sold(before) != is_sold(after) {
        ctx.insert_event(transaction, tenant, cause, version, &after.told_plan_changed(before))?;
    }
    Ok(())
}

/// What of a subscription a change at a boundary may make another.
const fn is_sold(subscription: &Subscription) -> (&PlanRef, u64, Interval) {
    let segment = &subscription.segment;
    (&segment.plan, segment.quantity, segment.interval)
}

/// Writes failed that nobody else makes.
pub(crate) fn corrupt(cancelled: &Cancelled) -> BillingError {
    TableError::Corrupt(cancelled.to_string()).into()
}
