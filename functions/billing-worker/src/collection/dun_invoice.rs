//! An invoice is overdue, or the next step of the tenant's ladder has come: its customer is reminded, its subscription falls
//! behind, is suspended or ends. Each step is one transaction, so that a step is taken once and a payment that comes at the
//! same moment is never answered with a suspension. Where the subscription says so, a step also has the invoice collected by the
//! customer's saved payment method. An open invoice is looked at once a week at least, because the ladder may have
//! changed.
//!
//! Round trips: one read of the invoice, its progress, the tenant and its settings at once (the last two none when known), one of
//! the subscriptions that it is for, one transaction of up to 9 writes, and 4 more for each further subscription; again for
//! each lost race. One that is paid, or has no step to take: those reads and one write.

use std::sync::Arc;

use billing::{
    DunningProgress, DunningStep, DunningTurn, Invoice, Invoices, ServiceState, ServiceStop, Subscription,
    SubscriptionStatus, Subscriptions, Unused, dunning_turn,
};
use cloud::Ctx;
use jiff::SignedDuration;
use kernel::{InvoiceId, SubscriptionId, TimeError};
use table::{
    Race, TableError, TransactError, Transaction,
    agenda::{self, Due, DueKind},
    until_settled,
};
use tenancy::TenantStatus;

use crate::{
    error::BillingError,
    issuing::cause::cause,
    loaded::ACTS_FOR,
    memory::Memory,
    seller::{rules, tenant},
};

/// How long a suspension waits for an invoice that is just being made.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Takes the step that is due, if one is.
pub(crate) async fn dun_invoice(ctx: Ctx, memory: Arc<Memory>, due: Due) -> Result<(), BillingError> {
    let (id, scope): (InvoiceId, _) = (due.thing()?, due.scope());
    until_settled(
        || BillingError::Outrun,
        || async {
            let invoices = Invoices::new(ctx.table(), scope);
            let (found, progress, rules, seller) = tokio::try_join!(
                invoices.get(id),
                DunningProgress::of(ctx.table(), scope, id),
                rules(&ctx, &memory, due.tenant_id),
                tenant(&ctx, &memory, due.tenant_id)
            )?;
            // A tenant that is over asks for nothing more.
            let found = found.filter(|_| seller.status != TenantStatus::Cancelled);
            let Some(invoice) = found.map(|found| found.trusted(ACTS_FOR)) else {
                return Ok(Race::Settled(agenda::finish(ctx.table(), &due).await?));
            };
            let ids: Vec<SubscriptionId> = invoice.subscriptions().collect();
            let subscriptions = Subscriptions::new(ctx.table(), scope).get_many(&ids).await?;
            let (ladder, service) = (&rules.settings.dunning, ServiceState::of(&subscriptions));
            let turn = dunning_turn(&invoice, ladder, progress.as_ref(), service, ctx.now()).map_err(beyond)?;
            let step = match turn {
                DunningTurn::Over => return Ok(Race::Settled(agenda::finish(ctx.table(), &due).await?)),
                DunningTurn::Wait(at) if at > due.at => {
                    return Ok(Race::Settled(agenda::postpone(ctx.table(), &due, at).await?));
                }
                DunningTurn::Wait(_) => return Ok(Race::Settled(())),
                DunningTurn::Take(step) => step,
            };
            let grace = rules.settings.grace();
            let collects = subscriptions.iter().any(Subscription::is_collected);
            let mut hit_ones = Vec::new();
            for before in subscriptions {
                match hit(before, &step, &ctx, grace)? {
                    Hit::Later => {
                        let later = ctx.now().plus(PAUSE);
                        return Ok(Race::Settled(agenda::postpone(ctx.table(), &due, later).await?));
                    }
                    Hit::Becomes(after) => hit_ones.push(*after),
                    Hit::Stays => {}
                }
            }
            let mut transaction = Transaction::new();
            Invoices::check_unchanged(&mut transaction, scope, &invoice);
            step.progress(progress.as_ref(), ctx.now()).save(&mut transaction, scope, id)?;
            agenda::moved(&mut transaction, &due, step.next)?;
            if collects {
                // By a saved payment method, once more at every step.
                agenda::set(&mut transaction, scope, DueKind::InvoiceCollection, id, ctx.now())?;
            }
            tell_customer(&ctx, &due, &invoice, &step, &mut transaction)?;
            for after in &hit_ones {
                Subscriptions::save(&mut transaction, scope, after)?;
                tell_subscription(&ctx, &due, &invoice, after, &mut transaction)?;
            }
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// What a step does to a subscription.
enum Hit {
    /// It becomes this.
    Becomes(Box<Subscription>),
    /// Nothing.
    Stays,
    /// Nothing yet: an invoice of it is just being made.
    Later,
}

fn hit(before: Subscription, step: &DunningStep, ctx: &Ctx, grace: SignedDuration) -> Result<Hit, BillingError> {
    let goes_on = matches!(before.status, SubscriptionStatus::Active | SubscriptionStatus::PastDue);
    let after = match step.stop {
        Some(ServiceStop::Suspend) if goes_on => match before.suspended(ctx.now(), grace)? {
            Some(after) => Some(after),
            None => return Ok(Hit::Later),
        },
        Some(ServiceStop::Cancel) if goes_on => Some(before.cancel_now(Unused::Kept, ctx.now(), grace)?),
        Some(ServiceStop::Cancel) => before.cancel_stopped(),
        Some(ServiceStop::Suspend) | None => before.fallen_behind(),
    };
    Ok(after.map_or(Hit::Stays, |after| Hit::Becomes(Box::new(after))))
}

fn tell_customer(
    ctx: &Ctx,
    due: &Due,
    invoice: &Invoice,
    step: &DunningStep,
    transaction: &mut Transaction,
) -> Result<(), TableError> {
    let (tenant, version) = (due.tenant_id, invoice.version);
    if let Some(told) = invoice.told_overdue().filter(|_| step.is_first) {
        ctx.insert_event(transaction, tenant, cause(ctx), version, &told)?;
    }
    if let Some(told) = step.reminder.and_then(|reminder| invoice.told_reminded(reminder)) {
        ctx.insert_event(transaction, tenant, cause(ctx), version, &told)?;
    }
    Ok(())
}

fn tell_subscription(
    ctx: &Ctx,
    due: &Due,
    invoice: &Invoice,
    after: &Subscription,
    transaction: &mut Transaction,
) -> Result<(), TableError> {
    let (tenant, cause, version) = (due.tenant_id, cause(ctx), after.version);
    match after.status {
        SubscriptionStatus::PastDue => {
            ctx.insert_event(transaction, tenant, cause, version, &after.told_past_due(invoice.id))?;
        }
        SubscriptionStatus::Suspended => {
            ctx.insert_event(transaction, tenant, cause, version, &after.told_suspended(invoice.id))?;
        }
        SubscriptionStatus::Cancelled => {
            ctx.insert_event(transaction, tenant, cause, version, &after.told_cancelled_for(invoice.id))?;
        }
        SubscriptionStatus::Trialing
        | SubscriptionStatus::Incomplete
        | SubscriptionStatus::Active
        | SubscriptionStatus::Paused
        | SubscriptionStatus::Expired => {}
    }
    Ok(())
}

fn beyond(_: TimeError) -> BillingError {
    billing::SubscriptionError::OutOfTime.into()
}
