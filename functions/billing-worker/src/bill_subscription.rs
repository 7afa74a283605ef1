//! Billing work: takes one subscription over every boundary that is due, oldest first: its first fee when it begins, or when
//! its trial ends, then one invoice at each boundary, of what was used before it and the fee of what begins.
//!
//! Round trips per invoice: one read of the subscription beside those of the tenant and its billing settings (none when
//! known), then the customer (and its user, when the customer has chosen no language), the plan when its version is new,
//! the books where something is counted, the balance of who is billed, then its share of one transaction: 11 to 16 writes,
//! two more in a run, and one for all invoices of the tenant that are ready at the same time, five or six in a transaction.
//! The month's sequence of numbers is read once by a process, and again after each number that is lost to another. Where a
//! customer's subscriptions are invoiced together: a query and a batch read for each hundred of them. A message that comes
//! again finds nothing due: one read. A run notes one more transaction for a subscription that got no invoice, or not all of
//! them. At the end of a tenant's own trial: one more read of that tenant.

use std::sync::Arc;

use billing::{BillingRules, BillingWork, Ended, RunTally, Runs, Subscription, Subscriptions, Turn};
use cloud::{Ctx, MOST_RACES};
use events::subscription::SubscriptionTrialEnded;
use kernel::{Party, Timestamp};
use parties::buyer;
use table::{
    TableError, TenantScope, TransactError, Transaction,
    agenda::{self, Due},
};
use tenancy::{Tenant, TenantStatus, Tenants};

use crate::{
    end_subscriptions::{Ending, end},
    error::BillingError,
    issuing::{
        cause::cause,
        group::{Group, grouped, others_of},
        issue::issue,
        ready::{Issued, tell_change},
    },
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
    /// There is no such subscription, or its tenant is over.
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
    if tenant.status == TenantStatus::Cancelled {
        // A tenant that is over bills nobody, and nothing opens it again.
        return Ok(Billed::Gone);
    }
    let (mut lost, mut alone) = (0, !rules.settings.invoiced_together);
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
                let others = if alone { Vec::new() } else { others_of(ctx, scope, &subscription, as_of).await? };
                let several = !others.is_empty();
                let terms = terms_now(ctx, &tenant, &rules, buyer, &subscription);
                let line = memory.lines.of(tenant.id);
                let issued = async {
                    let (members, plans) = grouped(ctx, memory, scope, (&subscription, others), as_of).await?;
                    issue(ctx, &line, scope, Group { turn, members, plans: &plans }, (&terms, *tally)).await
                };
                match issued.await {
                    Err(error) if several => {
                        // One that cannot be billed need not keep the others from it.
                        tracing::warn!(subscription.id = %work.subscription_id, error = %error, "billed alone");
                        alone = true;
                        continue;
                    }
                    Err(error) => return Err(error),
                    Ok(Issued::Done(next, counted)) => {
                        *tally = counted;
                        Step::Done(
                            next.into_iter()
                                .find(|one| one.id == subscription.id)
                                .map(Box::new)
                                .ok_or_else(|| TableError::Corrupt("an invoice without its subscription".to_owned()))?,
                        )
                    }
                    Ok(Issued::LostRace(corrected)) => {
                        *tally = corrected;
                        Step::LostRace
                    }
                }
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
        goes_on || customer.is_unconverted()
    };
    // Who has converted keeps its free days too, to the millisecond.
    Ok(customer.filter(is_free).map(|customer| customer.trial_ends_at))
}

#[cfg(test)]
#[path = "bill_subscription_tests.rs"]
pub(crate) mod tests;

#[cfg(test)]
#[path = "erased_customer_tests.rs"]
pub(crate) mod erased_customer_tests;

#[cfg(test)]
#[path = "tax_tests.rs"]
mod tax_tests;

#[cfg(test)]
#[path = "tenant_trial_tests.rs"]
mod tenant_trial_tests;
