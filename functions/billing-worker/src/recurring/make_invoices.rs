//! The work of a recurring invoice: one invoice for each of its days that has come, in their order, as a draft or issued.
//!
//! Round trips: one read of the recurring invoice beside those of the tenant and its billing settings (none when known), then
//! for each invoice the customer (and its user), the number and the balance at once where it is issued, and one transaction
//! of 4 writes for a draft and 11 to 15 for an invoice. A message that comes again finds nothing due: one read.

use std::sync::Arc;

use billing::{Finalised, Invoice, Invoices, Makes, Month, NumberedSlots, RecurringInvoice, RecurringInvoices, Terms};
use cloud::{Ctx, MOST_RACES};
use kernel::{Fault, InvoiceId, JournalId, Party, RecurringInvoiceId, Timestamp};
use ledger::Journal;
use parties::{buyer, terms};
use settlement::{IssuePosted, Settlement, SettlementError, from_balance};
use table::{
    Slot, TableError, TenantScope, TransactError, Transaction,
    agenda::{self, Due},
};
use tenancy::TenantStatus;

use crate::{
    error::BillingError,
    issuing::cause::cause,
    memory::Memory,
    seller::{rules, tenant},
};

/// Makes what is due by now. Safe to repeat at any point: what is made moves the next day in the same transaction.
pub(crate) async fn make_invoices(ctx: Ctx, memory: Arc<Memory>, due: Due) -> Result<(), BillingError> {
    let (id, scope): (RecurringInvoiceId, _) = (due.thing()?, due.scope());
    let stored = RecurringInvoices::new(ctx.table(), scope);
    let mut lost = 0;
    loop {
        let (found, tenant, rules) = tokio::try_join!(
            stored.get(id),
            tenant(&ctx, &memory, scope.tenant()),
            rules(&ctx, &memory, scope.tenant())
        )?;
        // A tenant that is over invoices nobody.
        let found = found.filter(|_| tenant.status != TenantStatus::Cancelled);
        let Some(recurring) = found else { return Ok(agenda::finish(ctx.table(), &due).await?) };
        let now = ctx.now();
        if recurring.due_at()?.is_none_or(|at| now < at) {
            return Ok(());
        }
        let party = Party::Customer(recurring.customer_id);
        let made = match buyer(ctx.table(), &tenant, party).await? {
            // An erased customer is sold nothing more.
            None => write(&ctx, scope, &recurring.ended()).await?,
            Some(buyer) => {
                let terms = terms(&tenant, &rules, buyer, recurring.currency, now);
                // Two invoices of a tenant want the same next number.
                let line = memory.lines.of(scope.tenant());
                let _held = line.hold().await;
                match make(&ctx, scope, &recurring, &terms, now).await {
                    Err(BillingError::Recurring(error)) if error.is_final() => {
                        tracing::error!(recurring.id = %id, error = %error, "a recurring invoice is paused");
                        let today = now.date_in(&recurring.zone);
                        write(&ctx, scope, &recurring.troubled(error.code(), today)?).await?
                    }
                    made => made?,
                }
            }
        };
        match made {
            Made::Written => lost = 0,
            Made::LostRace => {
                lost += 1;
                if lost == MOST_RACES {
                    return Err(BillingError::Outrun);
                }
                ctx.back_off(lost).await;
            }
        }
    }
}

enum Made {
    Written,
    /// Somebody else was faster, and nothing was written.
    LostRace,
}

async fn write(ctx: &Ctx, scope: TenantScope, after: &RecurringInvoice) -> Result<Made, BillingError> {
    let mut transaction = Transaction::new();
    RecurringInvoices::save(&mut transaction, scope, after)?;
    written(ctx, transaction, |_| true).await
}

/// Load, decide, save: the invoice of the next day, and the recurring invoice after it.
async fn make(
    ctx: &Ctx,
    scope: TenantScope,
    recurring: &RecurringInvoice,
    terms: &Terms,
    now: Timestamp,
) -> Result<Made, BillingError> {
    let (draft, after) = recurring.make(InvoiceId::new(ctx.new_ulid()), terms)?;
    let mut transaction = Transaction::new();
    let guards = Invoices::guard(&mut transaction, scope, &draft)?;
    let saved = RecurringInvoices::save(&mut transaction, scope, &after)?;
    let raced: Vec<Slot> = guards.into_iter().chain([saved]).collect();
    let mut issued = None;
    match recurring.makes {
        Makes::Drafts => Invoices::insert_draft(&mut transaction, scope, &draft)?,
        Makes::Invoices => {
            issued = Some(issue(ctx, (scope, now), draft, terms, &mut transaction).await?);
        }
    }
    written(ctx, transaction, |cancelled| {
        let overtaken = |(slots, posted): &(NumberedSlots, IssuePosted)| {
            slots.lost_a_race(cancelled) || posted.lost_a_race(cancelled)
        };
        raced.iter().any(|slot| cancelled.failed(*slot).is_some()) || issued.as_ref().is_some_and(overtaken)
    })
    .await
}

/// Adds to the transaction all that issuing the draft writes.
async fn issue(
    ctx: &Ctx,
    (scope, now): (TenantScope, Timestamp),
    draft: Invoice,
    terms: &Terms,
    transaction: &mut Transaction,
) -> Result<(NumberedSlots, IssuePosted), BillingError> {
    let (invoices, journal) = (Invoices::new(ctx.table(), scope), Journal::new(ctx.table(), scope));
    let month = Month::of(now.date_in(&terms.seller.zone));
    let (number, balance) = tokio::try_join!(
        invoices.next_number(terms.number_prefix, month),
        journal.balance_of(draft.bill_to.party, draft.currency)
    )?;
    let days = draft.terms_days.unwrap_or(terms.terms_days);
    let (Finalised::Now(invoice) | Finalised::Before(invoice)) =
        draft.finalise(number, now, days).map_err(SettlementError::from)?;
    let invoice = from_balance(invoice, &balance, terms.balance, now).map_err(SettlementError::from)?;
    let slots = Invoices::insert_issued(transaction, scope, &invoice, number)?;
    let journal_id = || JournalId::new(ctx.new_ulid());
    let posted = Settlement::new(ctx.table(), scope, now, &journal_id).issue(transaction, &invoice, Vec::new())?;
    if let Some(told) = invoice.told_issued() {
        ctx.insert_event(transaction, scope.tenant(), cause(ctx), invoice.version, &told)?;
    }
    Ok((slots, posted))
}

async fn written(
    ctx: &Ctx,
    transaction: Transaction,
    raced: impl Fn(&table::Cancelled) -> bool,
) -> Result<Made, BillingError> {
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(Made::Written),
        Err(TransactError::Cancelled(cancelled)) if raced(&cancelled) => Ok(Made::LostRace),
        Err(TransactError::Cancelled(cancelled)) => Err(TableError::Corrupt(cancelled.to_string()).into()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
#[path = "make_invoices_tests.rs"]
pub(crate) mod tests;
