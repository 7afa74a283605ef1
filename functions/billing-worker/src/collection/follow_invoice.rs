//! `invoice.paid`, `invoice.voided`: a subscription that waited for its first payment is active, or over; one whose invoices
//! were overdue goes on when none is any more.
//!
//! Round trips: one read of the subscription; where it waits or is behind, its invoices (a query and a batch read per
//! twenty) and one transaction; again for each lost race.

use std::sync::Arc;

use billing::{Invoice, Subscription, SubscriptionStatus, Subscriptions};
use cloud::Ctx;
use events::{
    Told,
    invoice::{InvoicePaid, InvoiceVoided},
    subscription::{ExpiryReason, FormerStatus, SubscriptionActivated, SubscriptionExpired, SubscriptionRestored},
};
use kernel::{InvoiceId, RequestId, SubscriptionId};
use table::{Race, TenantScope, TransactError, Transaction, until_settled};

use crate::{
    bill_subscription::{ACTS_FOR, still_owed},
    error::BillingError,
    memory::Memory,
    seller::rules,
};

/// What became of an invoice of a subscription.
#[derive(Clone, Copy)]
struct Outcome {
    scope: TenantScope,
    request: RequestId,
    subscription: SubscriptionId,
    invoice: InvoiceId,
    is_paid: bool,
}

/// An invoice is paid.
pub(crate) async fn on_paid(ctx: Ctx, memory: Arc<Memory>, told: Told<InvoicePaid>) -> Result<(), BillingError> {
    let Told { event, data } = told;
    let Some(subscription) = data.subscription_id else { return Ok(()) };
    let scope = TenantScope::new(event.tenant_id);
    let (request, invoice) = (event.request_id, data.invoice_id);
    follow(&ctx, &memory, Outcome { scope, request, subscription, invoice, is_paid: true }).await
}

/// An invoice was taken back.
pub(crate) async fn on_voided(ctx: Ctx, memory: Arc<Memory>, told: Told<InvoiceVoided>) -> Result<(), BillingError> {
    let Told { event, data } = told;
    let Some(subscription) = data.subscription_id else { return Ok(()) };
    let scope = TenantScope::new(event.tenant_id);
    let (request, invoice) = (event.request_id, data.invoice_id);
    follow(&ctx, &memory, Outcome { scope, request, subscription, invoice, is_paid: false }).await
}

async fn follow(ctx: &Ctx, memory: &Memory, outcome: Outcome) -> Result<(), BillingError> {
    until_settled(
        || BillingError::Outrun,
        || async {
            let found = Subscriptions::new(ctx.table(), outcome.scope).get(outcome.subscription).await?;
            let Some(before) = found.map(|found| found.trusted(ACTS_FOR)) else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            let written = match before.status {
                SubscriptionStatus::Incomplete if outcome.is_paid => activate(ctx, before, outcome, &mut transaction)?,
                SubscriptionStatus::Incomplete => expire(ctx, before, outcome, &mut transaction)?,
                SubscriptionStatus::PastDue | SubscriptionStatus::Suspended => {
                    restore(ctx, memory, before, outcome, &mut transaction).await?
                }
                SubscriptionStatus::Trialing
                | SubscriptionStatus::Active
                | SubscriptionStatus::Paused
                | SubscriptionStatus::Cancelled
                | SubscriptionStatus::Expired => Written::Nothing,
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
    let told = SubscriptionActivated {
        subscription_id: active.id,
        customer_id: active.party,
        plan_key: active.plan().key.to_string(),
        standing: Some(active.standing()),
    };
    ctx.insert_event(transaction, outcome.scope.tenant(), outcome.request, active.version, &told)?;
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
    ctx.insert_event(transaction, outcome.scope.tenant(), outcome.request, over.version, &told_expired(&over))?;
    Ok(Written::Change)
}

/// That the first invoice of a subscription was not paid.
pub(super) fn told_expired(over: &Subscription) -> SubscriptionExpired {
    SubscriptionExpired {
        subscription_id: over.id,
        customer_id: over.party,
        plan_key: over.plan().key.to_string(),
        reason: ExpiryReason::NeverPaid,
        standing: Some(over.standing()),
    }
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
    let told = SubscriptionRestored {
        subscription_id: after.id,
        customer_id: after.party,
        plan_key: after.plan().key.to_string(),
        former_status,
        invoice_id: outcome.invoice,
        standing: Some(after.standing()),
    };
    ctx.insert_event(transaction, outcome.scope.tenant(), outcome.request, after.version, &told)?;
    Ok(Written::Change)
}
