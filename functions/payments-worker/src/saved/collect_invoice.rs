//! `payment.succeeded`, or `payment.failed`: an invoice is collected by its customer's saved method, when it was issued and at
//! every step of its dunning ladder, where its subscription says so.
//!
//! One attempt is one payment, stored before its provider is asked under an id that follows from the invoice and the reason
//! of the attempt. A message that comes again, also at the same time or after a crash, finds the payment and asks the provider
//! what became of it; while it is open, no other attempt is made. Round trips: one read each of the invoice and of its
//! attempts at once; for an attempt one of the tenant, the subscriptions, the book, the method and the tenant's secret (cached), one
//! transaction of 6 writes, one read of the method, the provider, one read of the invoice when money came in, one transaction.

use billing::{Invoice, InvoiceStatus, Invoices, Subscription, Subscriptions};
use cashier::{Cashier, providers, too_many_races};
use cloud::Ctx;
use events::{Told, invoice::InvoiceIssued};
use kernel::{InvoiceId, Timestamp};
use payments::{
    Attempt, CollectionAttempts, Failure, Method, NewPayment, Payment, PaymentProvider, Purpose, SavedMethod,
    is_final_decline,
};
use table::{
    Race, TransactError, Transaction,
    agenda::{self, Due},
    until_settled,
};
use tenancy::{TenantStatus, Tenants};

use crate::{
    PaymentWorkError, cause_of_agenda, caused_by,
    saved::collecting::{Collected, collect},
};

/// Collects an invoice that was issued just now.
pub(crate) async fn collect_issued(ctx: Ctx, told: Told<InvoiceIssued>) -> Result<(), PaymentWorkError> {
    let Told { event, data } = told;
    // Only what a subscription is for is collected.
    if data.amount_due.is_zero() || data.subscription_id.is_none() {
        return Ok(());
    }
    let (scope, cause) = (table::TenantScope::new(event.tenant_id), caused_by(&event));
    attempt(&Cashier { ctx: &ctx, scope, cause: &cause }, data.invoice_id, event.occurred_at).await
}

/// Tries once more to collect an invoice that is overdue.
pub(crate) async fn collect_overdue(ctx: Ctx, due: Due) -> Result<(), PaymentWorkError> {
    let id: InvoiceId = due.thing()?;
    let cause = cause_of_agenda(&ctx);
    attempt(&Cashier { ctx: &ctx, scope: due.scope(), cause: &cause }, id, due.at).await?;
    Ok(agenda::finish(ctx.table(), &due).await?)
}

/// Makes the attempt whose reason came at `at`, or goes on with the one that is open.
async fn attempt(cashier: &Cashier<'_>, id: InvoiceId, at: Timestamp) -> Result<(), PaymentWorkError> {
    let begun =
        until_settled(|| PaymentWorkError::from(too_many_races()), || async { begin(cashier, id, at).await }).await?;
    match begun {
        Some(begun) => Ok(collect(cashier, begun).await?),
        None => Ok(()),
    }
}

async fn begin(
    cashier: &Cashier<'_>,
    id: InvoiceId,
    at: Timestamp,
) -> Result<Race<Option<Collected>>, PaymentWorkError> {
    let table = cashier.ctx.table();
    let invoices = Invoices::new(table, cashier.scope);
    let (found, before) = tokio::try_join!(invoices.get(id), CollectionAttempts::of(table, cashier.scope, id))?;
    let Some(invoice) = found.map(|found| found.trusted("it is collected for the tenant")) else {
        return Ok(Race::Settled(None));
    };
    let asks = invoice.status() == InvoiceStatus::Open && !invoice.amount_due().is_zero();
    let last = match before {
        Some(before) => cashier.payments().get(before.payment_id).await?,
        None => None,
    };
    let last = last.map(|last| last.trusted("it was begun for the tenant"));
    if let Some(open) = last.as_ref().filter(|last| last.status.is_open()) {
        let attempt = if asks { Attempt::Resumed } else { Attempt::InVain };
        return Ok(Race::Settled(Some(Collected { invoice, payment: open.clone(), attempt })));
    }
    // This attempt was made, and has ended.
    if !asks || before.is_some_and(|before| before.at >= at) {
        return Ok(Race::Settled(None));
    }
    let Some((method, provider)) = means(cashier, &invoice, last.as_ref()).await? else {
        return Ok(Race::Settled(None));
    };
    let attempts = CollectionAttempts::next(before.as_ref(), id, at);
    let new = NewPayment {
        id: attempts.payment_id,
        tenant_id: cashier.scope.tenant(),
        payer: invoice.bill_to.party,
        purpose: Purpose::Invoice { invoice_id: id },
        amount: invoice.amount_due(),
        method: Method::Card,
        now: cashier.ctx.now(),
    };
    let payment = match Payment::begin(new, provider.capabilities()) {
        Ok(payment) => payment.by_saved(method.id),
        Err(why) => {
            tracing::warn!(invoice.id = %id, %why, "an invoice is not collected: its customer pays it otherwise");
            return Ok(Race::Settled(None));
        }
    };
    let mut transaction = Transaction::new();
    Invoices::check_unchanged(&mut transaction, cashier.scope, &invoice);
    cashier.saved_methods().check_unchanged(&mut transaction, &method);
    cashier.payments().insert(&mut transaction, &payment)?;
    attempts.save(&mut transaction, cashier.scope, id)?;
    match table.transact(transaction).await {
        Ok(()) => Ok(Race::Settled(Some(Collected { invoice, payment, attempt: Attempt::First }))),
        Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// The saved method that an invoice is to be collected by, and its provider; `None` where it is to be paid otherwise. `last` is
/// the attempt before.
async fn means(
    cashier: &Cashier<'_>,
    invoice: &Invoice,
    last: Option<&Payment>,
) -> Result<Option<(SavedMethod, std::sync::Arc<dyn PaymentProvider>)>, PaymentWorkError> {
    let seller = Tenants::new(cashier.ctx.table()).get(cashier.scope.tenant()).await?;
    if seller.is_some_and(|seller| seller.status == TenantStatus::Cancelled) {
        // It is over: its customers are charged nothing more.
        return Ok(None);
    }
    let ids: Vec<_> = invoice.subscriptions().collect();
    let subscriptions = Subscriptions::new(cashier.ctx.table(), cashier.scope).get_many(&ids).await?;
    if !subscriptions.iter().any(Subscription::is_collected) {
        return Ok(None);
    }
    let book = cashier.saved_methods().book(invoice.bill_to.party).await?;
    let Some(default) = book.default else { return Ok(None) };
    let found = cashier.saved_methods().get(default).await?;
    let Some(method) = found.map(|found| found.trusted("charged for the customer whose book has it")) else {
        return Ok(None);
    };
    if let Err(why) = method.means(cashier.ctx.now()) {
        tracing::warn!(invoice.id = %invoice.id, method.id = %method.id, %why, "an invoice is not collected");
        return Ok(None);
    }
    let refused = last.filter(|last| last.saved_method == Some(method.id)).and_then(|last| last.failure.as_ref());
    if refused.is_some_and(|Failure { code, .. }| is_final_decline(code)) {
        return Ok(None);
    }
    let Some(provider) = providers::find(cashier.ctx, cashier.scope.tenant(), method.provider).await? else {
        tracing::warn!(invoice.id = %invoice.id, "the tenant has no keys for the provider of a saved method");
        return Ok(None);
    };
    Ok(Some((method, provider)))
}
