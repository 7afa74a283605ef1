//! `invoice.paid`, `invoice.voided`, `invoice.marked_uncollectible`: a subscription that waited for its first payment is active,
//! or over; one whose invoices were overdue goes on when none is any more. One that is suspended stays so when a debt is given
//! up: that is not paid, and only a payment brings service back.
//!
//! Round trips of each subscription that the invoice is for: one read of it; where it waits or is behind, its customer's
//! invoices (a query and a batch read per twenty) and one transaction; again for each lost race.

use std::sync::Arc;

use billing::{Invoice, Subscription, SubscriptionStatus, Subscriptions};
use cloud::Ctx;
use events::{
    Event,
    subscription::{ExpiryReason, FormerStatus},
};
use kernel::{InvoiceId, RequestId, SubscriptionId};
use table::{Race, TenantScope, TransactError, Transaction, until_settled};

use crate::{error::BillingError, issuing::issue::still_owed, loaded::ACTS_FOR, memory::Memory, seller::rules};

/// What became of an invoice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is paid.
    Paid,
    /// It was taken back.
    Voided,
    /// Nobody asks for it any more.
    GivenUp,
}

/// An invoice of a subscription, and what became of it.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    scope: TenantScope,
    request: RequestId,
    invoice: InvoiceId,
    fate: Fate,
}

impl Outcome {
    /// As an event tells it.
    pub(crate) const fn told(event: &Event, invoice: InvoiceId, fate: Fate) -> Self {
        Self { scope: TenantScope::new(event.tenant_id), request: event.request_id, invoice, fate }
    }
}

/// What follows for the subscriptions that the invoice is for.
pub(crate) async fn follow_invoice(
    ctx: Ctx,
    memory: Arc<Memory>,
    subscriptions: Vec<SubscriptionId>,
    outcome: Outcome,
) -> Result<(), BillingError> {
    for id in subscriptions {
        follow(&ctx, memory.as_ref(), id, outcome).await?;
    }
    Ok(())
}

async fn follow(ctx: &Ctx, memory: &Memory, id: SubscriptionId, outcome: Outcome) -> Result<(), BillingError> {
    until_settled(
        || BillingError::Outrun,
        || async {
            let found = Subscriptions::new(ctx.table(), outcome.scope).get(id).await?;
            let Some(before) = found.map(|found| found.trusted(ACTS_FOR)) else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            let written = match (before.status, outcome.fate) {
                (SubscriptionStatus::Incomplete, Fate::Paid) => activate(ctx, before, outcome, &mut transaction)?,
                (SubscriptionStatus::Incomplete, Fate::Voided) => expire(ctx, before, outcome, &mut transaction)?,
                (SubscriptionStatus::PastDue, _) | (SubscriptionStatus::Suspended, Fate::Paid | Fate::Voided) => {
                    restore(ctx, memory, before, outcome, &mut transaction).await?
                }
                (SubscriptionStatus::Incomplete | SubscriptionStatus::Suspended, Fate::GivenUp)
                | (
                    SubscriptionStatus::Trialing
                    | SubscriptionStatus::Active
                    | SubscriptionStatus::Paused
                    | SubscriptionStatus::Cancelled
                    | SubscriptionStatus::Expired,
                    _,
                ) => Written::Nothing,
            };
            if written == Written::Nothing {
                return Ok(Race::Settled(()));
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

/// Whether there is something to write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Change,
    Nothing,
}

fn activate(
    ctx: &Ctx,
    before: Subscription,
    outcome: Outcome,
    transaction: &mut Transaction,
) -> Result<Written, BillingError> {
    let active = Subscription { version: before.version + 1, ..before.paid_first() };
    Subscriptions::save(transaction, outcome.scope, &active)?;
    ctx.insert_event(transaction, outcome.scope.tenant(), outcome.request, active.version, &active.told_activated())?;
    Ok(Written::Change)
}

fn expire(
    ctx: &Ctx,
    before: Subscription,
    outcome: Outcome,
    transaction: &mut Transaction,
) -> Result<Written, BillingError> {
    let Some(over) = before.never_paid() else { return Ok(Written::Nothing) };
    Subscriptions::save(transaction, outcome.scope, &over)?;
    ctx.insert_event(
        transaction,
        outcome.scope.tenant(),
        outcome.request,
        over.version,
        &over.told_expired(ExpiryReason::NeverPaid),
    )?;
    Ok(Written::Change)
}

async fn restore(
    ctx: &Ctx,
    memory: &Memory,
    before: Subscription,
    outcome: Outcome,
    transaction: &mut Transaction,
) -> Result<Written, BillingError> {
    let (owed, rules) =
        tokio::join!(still_owed(ctx, outcome.scope, &before), rules(ctx, memory, outcome.scope.tenant()));
    let is_overdue = |invoice: &Invoice| invoice.id != outcome.invoice && invoice.is_overdue(ctx.now());
    if owed?.iter().any(is_overdue) {
        return Ok(Written::Nothing);
    }
    let former_status =
        if before.status == SubscriptionStatus::Suspended { FormerStatus::Suspended } else { FormerStatus::PastDue };
    let Some(after) = before.restored(ctx.now(), rules?.settings.grace())? else { return Ok(Written::Nothing) };
    Subscriptions::save(transaction, outcome.scope, &after)?;
    let told = after.told_restored(former_status, outcome.invoice);
    ctx.insert_event(transaction, outcome.scope.tenant(), outcome.request, after.version, &told)?;
    Ok(Written::Change)
}
