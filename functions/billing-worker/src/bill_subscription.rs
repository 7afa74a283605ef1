//! Billing work: takes one subscription over every boundary that is due, oldest first: its first fee when it begins, or when
//! its trial ends, then one invoice at each boundary, of what was used before it and the fee of what begins.
//!
//! Round trips per invoice: one read of the subscription beside those of the tenant and its billing settings (none when
//! known), then the customer (and its user, when the customer has chosen no language), the plan when its version is new,
//! the books, the balance of who is billed, then one transaction of 12 to 17 writes, two more for the first invoice in a
//! run. A message that comes again finds nothing due: one read. A run notes one more transaction for a subscription that got no invoice, or not all of
//! them. At the end of a tenant's own trial: one more read of that tenant.

use std::sync::Arc;

use billing::{
    BillingRules, BillingWork, Books, Ended, Interval, Invoice, Invoices, InvoicesOf, Issuance, Lost, PageRequest,
    PlanRef, PlanSet, Plans, RunTally, Runs, Showing, Subscription, SubscriptionStatus, SubscriptionTurn,
    Subscriptions, Terms, Turn,
};
use cloud::{Ctx, MOST_RACES};
use events::subscription::{CancelReason, SubscriptionTrialEnded};
use kernel::{InvoiceId, JournalId, Party, RequestId, Timestamp};
use ledger::Journal;
use parties::buyer;
use settlement::{IssuePosted, Settlement, SettlementError, from_balance};
use table::{
    TableError, TenantScope, TransactError, Transaction,
    agenda::{self, Due},
};
use tenancy::{Tenant, TenantStatus, Tenants};

use crate::{
    end_subscriptions::{Ending, end},
    error::BillingError,
    loaded::{ACTS_FOR, Loaded, load, terms_now},
    memory::Memory,
};

/// Bills a subscription, and in the run that asked for it counts each invoice with the invoice itself and how the
/// delivery ended. Safe to repeat at any point.
pub(crate) async fn bill_subscription(ctx: Ctx, memory: Arc<Memory>, work: BillingWork) -> Result<(), BillingError> {
    let mut tally = work.run_id.map(|run| RunTally::new(run, work.subscription_id));
    let billed = bill(&ctx, &memory, &work, &mut tally).await;
    if let Some(tally) = tally {
        let ended = billed.as_ref().map_or_else(|error| Ended::Badly(error.code()), |_| Ended::Well);
        Runs::new(ctx.table(), TenantScope::new(work.tenant_id)).settle(tally, ended).await?;
    }
    billed.map(drop)
}

/// Bills a subscription that is on the agenda: every period of it that is over by now. Its place on the agenda moves with
/// the subscription itself.
pub(crate) async fn bill_due(ctx: Ctx, memory: Arc<Memory>, due: Due) -> Result<(), BillingError> {
    let subscription_id = due.thing()?;
    let work =
        BillingWork { tenant_id: due.tenant_id, subscription_id, as_of: ctx.now(), run_id: None, dry_run: false };
    match bill(&ctx, &memory, &work, &mut None).await? {
        Billed::Gone => Ok(agenda::finish(ctx.table(), &due).await?),
        Billed::Waits(until) if until > due.at => Ok(agenda::postpone(ctx.table(), &due, until).await?),
        // One that waits no longer is ended by somebody else, who takes it off the agenda.
        Billed::UpToDate | Billed::Waits(_) => Ok(()),
    }
}

/// What became of a subscription.
enum Billed {
    /// All that is due is done.
    UpToDate,
    /// There is no such subscription.
    Gone,
    /// It is that of a tenant whose trial goes on until this instant.
    Waits(Timestamp),
}

async fn bill(
    ctx: &Ctx,
    memory: &Memory,
    work: &BillingWork,
    tally: &mut Option<RunTally>,
) -> Result<Billed, BillingError> {
    let scope = TenantScope::new(work.tenant_id);
    let Some(Loaded { mut subscription, tenant, rules, as_of }) = load(ctx, memory, work).await? else {
        tracing::warn!(subscription.id = %work.subscription_id, "there is no such subscription any more");
        return Ok(Billed::Gone);
    };
    let mut lost = 0;
    loop {
        let turn = subscription.turn(as_of);
        let buyer = match turn {
            Turn::Wait => return Ok(Billed::UpToDate),
            Turn::EndTrial | Turn::Begin | Turn::Adjust | Turn::Close => {
                buyer(ctx.table(), &tenant, subscription.party).await?
            }
        };
        let step = match buyer {
            None => end_for_good(ctx, scope, &subscription).await?,
            Some(_) if turn == Turn::EndTrial => end_trial(ctx, scope, &rules, &subscription).await?,
            Some(buyer) => {
                let plans = Plans::new(ctx.table(), scope);
                let plans = PlanSet::of(&memory.plans, plans, std::slice::from_ref(&subscription)).await?;
                let terms = terms_now(ctx, &tenant, &rules, buyer, &subscription);
                let line = memory.lines.of(tenant.id);
                let _first_in_line = line.lock().await;
                let taken = SubscriptionTurn { turn, subscription: &subscription, plans: &plans };
                issue(ctx, taken, &terms, scope, tally).await?
            }
        };
        match step {
            Step::Over => return Ok(Billed::UpToDate),
            Step::Waits(until) => return Ok(Billed::Waits(until)),
            Step::Done(next) => (subscription, lost) = (*next, 0),
            Step::LostRace => {
                lost += 1;
                if lost == MOST_RACES {
                    return Err(BillingError::Outrun);
                }
                ctx.back_off(lost).await;
                let again = Subscriptions::new(ctx.table(), scope).get(work.subscription_id).await?;
                let again = again.ok_or_else(|| TableError::Corrupt("the subscription is gone".to_owned()))?;
                subscription = again.trusted(ACTS_FOR);
            }
        }
    }
}

/// How one turn went.
enum Step {
    /// The free days are over, or what was owed is invoiced; this is the subscription afterwards.
    Done(Box<Subscription>),
    /// There is nothing more to do: the customer was erased.
    Over,
    /// The customer is a tenant whose trial lasts to this instant.
    Waits(Timestamp),
    /// Somebody else was faster, and nothing was written.
    LostRace,
}

async fn end_for_good(ctx: &Ctx, scope: TenantScope, subscription: &Subscription) -> Result<Step, BillingError> {
    Ok(match end(ctx, scope, cause(ctx), subscription.clone()).await? {
        Ending::Made => Step::Over,
        Ending::Raced => Step::LostRace,
    })
}

async fn end_trial(
    ctx: &Ctx,
    scope: TenantScope,
    rules: &BillingRules,
    subscription: &Subscription,
) -> Result<Step, BillingError> {
    if let Some(until) = in_trial_until(ctx, subscription).await? {
        return Ok(until.map_or(Step::Over, Step::Waits));
    }
    let next = subscription.clone().trial_ended(rules.settings.grace())?;
    let told = SubscriptionTrialEnded {
        subscription_id: next.id,
        customer_id: next.party,
        plan_key: next.plan().key.to_string(),
        standing: Some(next.standing()),
    };
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, scope, &next)?;
    ctx.insert_event(&mut transaction, scope.tenant(), cause(ctx), next.version, &told)?;
    tell_change(ctx, scope, subscription, &next, &mut transaction)?;
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(Step::Done(Box::new(next))),
        Err(TransactError::Cancelled(_)) => Ok(Step::LostRace),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// Whether the subscription is that of a tenant whose own free days go on, and until when.
pub(crate) async fn in_trial_until(
    ctx: &Ctx,
    subscription: &Subscription,
) -> Result<Option<Option<Timestamp>>, TableError> {
    let Party::Tenant(id) = subscription.party else { return Ok(None) };
    // As it is now, not as the memory knows it: it may have converted a moment ago.
    let customer = Tenants::new(ctx.table()).get(id).await?;
    let is_free = |customer: &Tenant| {
        let goes_on = customer.trial_ends_at.is_some_and(|end| ctx.now() < end);
        // One that has not converted still may; if it does not, the tenants worker ends this subscription.
        goes_on || customer.status == TenantStatus::Trial
    };
    // Who has converted keeps its free days too, to the millisecond.
    Ok(customer.filter(is_free).map(|customer| customer.trial_ends_at))
}

/// Load, decide, save: one turn of a subscription, with the invoice that it owes.
async fn issue(
    ctx: &Ctx,
    taken: SubscriptionTurn<'_>,
    terms: &Terms,
    scope: TenantScope,
    tally: &mut Option<RunTally>,
) -> Result<Step, BillingError> {
    let now = ctx.now();
    let books = Books::read(ctx.table(), scope, taken, terms, now).await?;

    let id = InvoiceId::new(ctx.new_ulid());
    let mut issuance = Issuance::decide(id, taken, books, terms)?;
    if let Some(invoice) = issuance.invoice.take() {
        let balance = Journal::new(ctx.table(), scope).balance_of(invoice.bill_to.party, invoice.currency).await?;
        issuance.invoice = Some(from_balance(invoice, &balance, now).map_err(SettlementError::from)?);
    }
    if issuance.invoice.as_ref().is_none_or(|invoice| invoice.amount_due().is_zero()) {
        // Nothing is to be paid first.
        issuance.subscription = issuance.subscription.paid_first();
    }

    let mut transaction = Transaction::new();
    let slots = issuance.add_to(scope, &mut transaction)?;
    let mut posted = IssuePosted::default();
    if let Some(invoice) = &issuance.invoice {
        let owed =
            if invoice.surplus.is_zero() { Vec::new() } else { still_owed(ctx, scope, taken.subscription).await? };
        posted = post(ctx, scope, now, invoice, owed, &mut transaction)?;
    }
    tell_change(ctx, scope, taken.subscription, &issuance.subscription, &mut transaction)?;
    let counted = tally.zip(issuance.invoice.as_ref().map(|invoice| invoice.total));
    let counted = counted.map(|(tally, total)| (tally, tally.count(scope, total, &mut transaction)));
    match ctx.table().transact(transaction).await {
        Ok(()) => {
            if counted.is_some() {
                *tally = tally.map(RunTally::counted);
            }
            Ok(Step::Done(Box::new(issuance.subscription)))
        }
        Err(TransactError::Cancelled(cancelled)) => {
            let miscounted = counted.filter(|(_, slot)| cancelled.failed(*slot).is_some());
            if let Some((before, slot)) = miscounted {
                *tally = before.corrected(slot, &cancelled)?;
            }
            match slots.explain(&cancelled) {
                Lost::AlreadyInvoiced | Lost::SubscriptionChanged | Lost::BooksChanged => Ok(Step::LostRace),
                // What was on the balance has gone to something else.
                Lost::Other if miscounted.is_some() || posted.lost_a_race(&cancelled) => Ok(Step::LostRace),
                Lost::Other => Err(TableError::Corrupt(cancelled.to_string()).into()),
            }
        }
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// What is written beside an invoice: what it moves in the books at the instant of its issue, and the events that tell of
/// it and of those that its surplus paid.
fn post(
    ctx: &Ctx,
    scope: TenantScope,
    now: Timestamp,
    invoice: &Invoice,
    owed: Vec<Invoice>,
    transaction: &mut Transaction,
) -> Result<IssuePosted, BillingError> {
    let journal_id = || JournalId::new(ctx.new_ulid());
    let posted = Settlement::new(ctx.table(), scope, now, &journal_id).issue(transaction, invoice, owed)?;
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

/// How many open invoices one surplus pays, so that they fit into its transaction: one more than may be open when a change
/// adds another.
const MOST_PAID: usize = billing::MOST_OPEN + 1;

/// What is still owed of a subscription, newest first: what a change gives back pays it before it gets to the balance, so
/// that nobody has a credit of what was never paid. One round trip for each twenty of its invoices, and one for their rows.
pub(crate) async fn still_owed(
    ctx: &Ctx,
    scope: TenantScope,
    subscription: &Subscription,
) -> Result<Vec<Invoice>, BillingError> {
    let of = InvoicesOf::Subscription(subscription.id);
    let invoices = Invoices::new(ctx.table(), scope);
    let (mut owed, mut request) = (Vec::new(), PageRequest::default());
    loop {
        let page = invoices.list(of, Showing::Issued, &request).await?;
        owed.extend(page.items.into_iter().filter(|invoice| !invoice.amount_due().is_zero()));
        if page.last.is_none() {
            break;
        }
        request.after = page.last;
    }
    // What is given back is of the present period, whose invoices are the newest; no more of them are open than are paid.
    owed.sort_by_key(|invoice| std::cmp::Reverse(invoice.issued.as_ref().map(|issued| issued.at)));
    owed.truncate(MOST_PAID);
    Ok(owed)
}

/// Tells of a change that was scheduled for this boundary, if there was one.
fn tell_change(
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

/// Billing is nobody's request: each change has a new one.
pub(crate) fn cause(ctx: &Ctx) -> RequestId {
    RequestId::new(ctx.new_ulid())
}

#[cfg(test)]
#[path = "bill_subscription_tests.rs"]
pub(crate) mod tests;

#[cfg(test)]
#[path = "erased_customer_tests.rs"]
mod erased_customer_tests;

#[cfg(test)]
#[path = "tax_tests.rs"]
mod tax_tests;

#[cfg(test)]
#[path = "tenant_trial_tests.rs"]
mod tenant_trial_tests;
