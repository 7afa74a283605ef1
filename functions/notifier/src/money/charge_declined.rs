//! `payment.failed`: a saved card that an invoice was to be collected by was declined. Who pays by hand sees that at once, and is
//! told nothing.

use billing::{
    BillingRules, DunningProgress, Invoice, Invoices, ServiceState, Subscription, Subscriptions, next_dunning_step,
};
use cloud::Ctx;
use events::{Told, payment::PaymentFailed};
use kernel::Date;
use messaging::{
    SendWhile, Values,
    catalogue::{CHARGE_DECLINED, CHARGE_DECLINED_FOR_NOW},
};
use payments::{CollectionAttempts, Failure, Payment, Payments, SavedMethod, SavedMethods, Status, is_final_decline};

use crate::{
    NotifierError,
    announcer::Announcer,
    invoices::payer::{InvoiceNews, to_payers},
};

/// To those who pay the invoice: which card, whether and when it is tried again, and where to pay otherwise. Round trips: one for
/// the payment, the invoice and its attempts at once; for one that was collected one for the method, and one for all that says
/// when the next attempt is.
pub(crate) async fn tell(ctx: Ctx, told: Told<PaymentFailed>) -> Result<(), NotifierError> {
    let facts = told.data.0;
    let Some(invoice_id) = facts.invoice_id else { return Ok(()) };
    let Some(announcer) = Announcer::of(&ctx, &told.event).await? else { return Ok(()) };
    let (table, scope) = (ctx.table(), announcer.scope());
    let (payments, invoices) = (Payments::new(table, scope), Invoices::new(table, scope));
    let (payment, invoice, attempts) = tokio::try_join!(
        payments.get(facts.payment_id),
        invoices.get(invoice_id),
        CollectionAttempts::of(table, scope, invoice_id)
    )?;
    // Another attempt since has word of its own.
    if attempts.is_none_or(|attempts| attempts.payment_id != facts.payment_id) {
        return Ok(());
    }
    let why = "the notifier writes to the customer itself";
    let (Some(payment), Some(invoice)) = (payment, invoice) else { return Ok(()) };
    let (payment, invoice) = (payment.trusted(why), invoice.trusted(why));
    let number = invoice.issued.as_ref().map(|issued| issued.number.to_string());
    let (Some(number), Some(id), Status::Failed) = (number, payment.saved_method, payment.status) else {
        return Ok(());
    };
    let Some(method) = SavedMethods::new(table, scope).get_even_leaving(id).await? else {
        tracing::info!(payment.id = %payment.id, "the card of a declined charge is gone");
        return Ok(());
    };
    let card = format!("{} •••• {}", method.card.brand, method.card.last4);
    let says = Values::new().text("number", &number).text("card", &card);
    let (kind, says) = match next_try(&announcer, &invoice, &payment, &method).await? {
        Some(day) => (CHARGE_DECLINED_FOR_NOW, says.date("next", day)),
        None => (CHARGE_DECLINED, says),
    };
    let news = InvoiceNews { kind, says, needs: SendWhile::Unpaid };
    announcer.tell(to_payers(&ctx, &announcer, &invoice, news).await?).await
}

/// On which day the invoice is collected again: at the next step of the tenant's ladder, where its subscription says so and its
/// customer has a card that may be charged by then.
async fn next_try(
    announcer: &Announcer<'_>,
    invoice: &Invoice,
    payment: &Payment,
    declined: &SavedMethod,
) -> Result<Option<Date>, NotifierError> {
    let (ctx, scope) = (announcer.ctx, announcer.scope());
    let methods = SavedMethods::new(ctx.table(), scope);
    let subscriptions = Subscriptions::new(ctx.table(), scope);
    let ids: Vec<_> = invoice.subscriptions().collect();
    let (book, subscriptions, progress, settings) = tokio::try_join!(
        methods.book(payment.payer),
        subscriptions.get_many(&ids),
        DunningProgress::of(ctx.table(), scope, invoice.id),
        BillingRules::settings(ctx.table(), scope)
    )?;
    let is_over = payment.failure.as_ref().is_some_and(|Failure { code, .. }| is_final_decline(code));
    let may_be_charged = book.default.is_some_and(|default| default != declined.id || !is_over);
    let is_collected = subscriptions.iter().any(Subscription::is_collected);
    if !may_be_charged || !is_collected {
        return Ok(None);
    }
    let service = ServiceState::of(&subscriptions);
    let next = next_dunning_step(invoice, &settings.dunning, progress.as_ref(), service, ctx.now());
    let Ok(Some(at)) = next else { return Ok(None) };
    let ends_before = book.default == Some(declined.id) && declined.means(at).is_err();
    Ok(Some(at.date_in(&invoice.seller.zone)).filter(|_| !ends_before))
}
