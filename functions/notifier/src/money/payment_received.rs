//! `payment.succeeded`: thanks, and what became of the money.

use billing::{Invoice, Invoices};
use cloud::Ctx;
use events::{Told, payment::PaymentSucceeded};
use kernel::{Money, Zone};
use messaging::{
    SendWhile, Values,
    catalogue::{
        DEPOSIT_RECEIVED, MessageKind, PAYMENT_KEPT, PAYMENT_KEPT_IN_PART, PAYMENT_RECEIVED, PAYMENT_RECEIVED_IN_PART,
        PAYMENT_RECEIVED_MORE_OVERDUE,
    },
};
use payments::{Payment, Payments};

use crate::{
    NotifierError,
    announcer::Announcer,
    invoices::{
        overdue_beside::overdue_beside,
        payer::{InvoiceNews, to_payers},
    },
    money::customer::to_customer,
};

/// To the customer who paid, by mail; of an invoice also in Telegram.
pub(crate) async fn tell(ctx: Ctx, told: Told<PaymentSucceeded>) -> Result<(), NotifierError> {
    let facts = told.data.0;
    let Some(announcer) = Announcer::of(&ctx, &told.event).await? else { return Ok(()) };
    let (payments, invoices) =
        (Payments::new(ctx.table(), announcer.scope()), Invoices::new(ctx.table(), announcer.scope()));
    let (payment, invoice) = tokio::join!(payments.get(facts.payment_id), async {
        match facts.invoice_id {
            Some(id) => invoices.get(id).await,
            None => Ok(None),
        }
    });
    let Some(payment) = payment? else { return Ok(()) };
    let payment = payment.trusted("the notifier writes to the customer itself");
    let zone = &announcer.tenant.timezone;
    if facts.invoice_id.is_none() {
        let notices = to_customer(&announcer, payment.payer, DEPOSIT_RECEIVED, received(&payment, zone)).await?;
        return announcer.tell(notices).await;
    }
    let Some(invoice) = invoice? else { return Ok(()) };
    let invoice = invoice.trusted("the notifier writes to the customer itself");
    let (kind, says) = of_invoice(&payment, &invoice, zone);
    let mut news = InvoiceNews { kind, says, needs: SendWhile::Nothing };
    if kind == PAYMENT_RECEIVED
        && let Some(others) = overdue_beside(&ctx, announcer.scope(), &invoice).await?
    {
        news.kind = PAYMENT_RECEIVED_MORE_OVERDUE;
        news.says = others.said(news.says, Money::zero(invoice.currency))?;
    }
    announcer.tell(to_payers(&ctx, &announcer, &invoice, news).await?).await
}

/// What is told of a payment for an invoice: that it paid it, or a part of it and how much is left, and where that is so, that all or a part of it is on the
/// balance, since no more was left to pay.
fn of_invoice(payment: &Payment, invoice: &Invoice, zone: &Zone) -> (MessageKind, Values) {
    let number = invoice.issued.as_ref().map(|issued| issued.number.to_string()).unwrap_or_default();
    let says = received(payment, zone).text("number", &number);
    let Some(used) = invoice.payments.iter().find(|used| used.payment == payment.id) else {
        return (PAYMENT_KEPT, says);
    };
    match payment.amount.checked_sub(used.amount) {
        Ok(kept) if kept.minor() > 0 => (PAYMENT_KEPT_IN_PART, says.money("used", used.amount).money("balance", kept)),
        Ok(_) | Err(_) if !invoice.amount_due().is_zero() => {
            (PAYMENT_RECEIVED_IN_PART, says.money("left", invoice.amount_due()))
        }
        Ok(_) | Err(_) => (PAYMENT_RECEIVED, says),
    }
}

fn received(payment: &Payment, zone: &Zone) -> Values {
    let paid_at = payment.settled_at.unwrap_or(payment.updated_at);
    Values::new().money("amount", payment.amount).date("paid", paid_at.date_in(zone))
}
