//! A dry run: what billing a subscription would issue, by the same decisions, and nothing of it is written but in the run.
//!
//! Round trips: those of billing it without its transactions, and one transaction of two writes in the run.

use std::sync::Arc;

use billing::{BillingWork, Ended, Issuance, RunTally, Runs, Subscription, Turn};
use cloud::Ctx;
use kernel::{InvoiceId, Money, RunId};
use parties::buyer;
use table::TenantScope;

use crate::{
    bill_subscription::in_trial_until,
    error::BillingError,
    issuing::group::{Group, grouped, others_of},
    loaded::{Loaded, load, terms_now},
    memory::Memory,
};

/// What would be issued.
#[derive(Default)]
struct Foreseen {
    invoices: u32,
    total: Option<Money>,
}

/// Foresees what is due of a subscription, and notes it in its run. Safe to repeat: what is noted stays.
pub(crate) async fn foresee_subscription(
    ctx: Ctx,
    memory: Arc<Memory>,
    work: BillingWork,
    run: RunId,
) -> Result<(), BillingError> {
    let (scope, tally) = (TenantScope::new(work.tenant_id), RunTally::new(run, work.subscription_id));
    let runs = Runs::new(ctx.table(), scope);
    match foresee(&ctx, &memory, &work).await {
        Ok(Foreseen { invoices, total }) => Ok(runs.foresee(tally, invoices, total).await?),
        Err(error) => {
            runs.settle(tally, Ended::Badly(error.code())).await?;
            Err(error)
        }
    }
}

async fn foresee(ctx: &Ctx, memory: &Memory, work: &BillingWork) -> Result<Foreseen, BillingError> {
    let (table, scope) = (ctx.table(), TenantScope::new(work.tenant_id));
    let mut foreseen = Foreseen::default();
    let Some(Loaded { mut subscription, tenant, rules, as_of }) = load(ctx, memory, work).await? else {
        return Ok(foreseen);
    };
    // Those that were on the last invoice too, as they are after it; before the first, those of the table.
    let mut others: Option<Vec<Subscription>> = None;
    loop {
        let turn = subscription.turn(as_of);
        let buyer = match turn {
            Turn::Wait => return Ok(foreseen),
            Turn::EndTrial | Turn::Begin | Turn::Adjust | Turn::Close => {
                buyer(table, &tenant, subscription.party).await?
            }
        };
        let Some(buyer) = buyer else { return Ok(foreseen) };
        if turn == Turn::EndTrial {
            if in_trial_until(ctx, &subscription).await?.is_some() {
                return Ok(foreseen);
            }
            subscription = subscription.trial_ended(rules.settings.grace())?;
            continue;
        }
        let with = match others.take() {
            _ if !rules.settings.invoiced_together => Vec::new(),
            None => others_of(ctx, scope, &subscription, as_of).await?,
            Some(turned) => turned,
        };
        let (members, plans) = grouped(ctx, memory, scope, (&subscription, with), as_of).await?;
        if members.first().is_none_or(|first| first.id != subscription.id) {
            // The first of those that are invoiced together is billed for all.
            return Ok(foreseen);
        }
        let terms = terms_now(ctx, &tenant, &rules, buyer, &subscription);
        let group = Group { turn, members, plans: &plans };
        let turns = group.read(ctx, scope, &terms, ctx.now()).await?;
        let issuance = Issuance::decide(InvoiceId::new(ctx.new_ulid()), turns, &terms)?;
        if let Some(invoice) = &issuance.invoice {
            foreseen.invoices = foreseen.invoices.saturating_add(1);
            let before = foreseen.total.unwrap_or(Money::zero(invoice.currency));
            foreseen.total = Some(before.checked_add(invoice.total).map_err(billing::PricingError::from)?);
        }
        let mut turned = issuance.turned.into_iter().map(|turned| turned.subscription);
        let Some(first) = turned.next() else { return Ok(foreseen) };
        subscription = first;
        others = Some(turned.collect());
    }
}

#[cfg(test)]
#[path = "foresee_subscription_tests.rs"]
mod tests;
