//! `payment.cancelled`: an invoice was paid or is void, and whatever else its customer was given to pay it by takes no more
//! money: an account that stays open would be paid a second time.
//!
//! Round trips: one read of the invoice, one query of the customer's payments per page; for each that is open the tenant's secret
//! (cached), the provider and one transaction.

use cashier::{Cashier, CashierError, providers};
use cloud::Ctx;
use events::Event;
use kernel::{InvoiceId, Party};
use payments::{Payment, Status};
use table::{TenantScope, pages::PageRequest};

use crate::{PaymentWorkError, caused_by};

/// Calls off the open payments of an invoice that asks for nothing any more.
pub(crate) async fn call_off_payments(
    ctx: Ctx,
    event: &Event,
    invoice: InvoiceId,
    payer: Party,
) -> Result<(), PaymentWorkError> {
    let (scope, cause) = (TenantScope::new(event.tenant_id), caused_by(event));
    let cashier = Cashier { ctx: &ctx, scope, cause: &cause };
    let found = billing::Invoices::new(ctx.table(), scope).get(invoice).await?;
    let Some(found) = found.map(|invoice| invoice.trusted("its payments are called off for the tenant")) else {
        return Ok(());
    };
    let asked_since = found.issued.as_ref().map(|issued| issued.at);
    let mut after = None;
    loop {
        let request = PageRequest { after, ..PageRequest::default() };
        let page = cashier.payments().list_of(payer, &request).await?;
        let older = page.items.iter().any(|payment| Some(payment.created_at) < asked_since);
        for payment in page.items {
            if payment.purpose.invoice() == Some(invoice) {
                cancel(&cashier, payment).await?;
            }
        }
        after = page.last;
        if older || after.is_none() {
            return Ok(());
        }
    }
}

async fn cancel(cashier: &Cashier<'_>, payment: Payment) -> Result<(), CashierError> {
    match payment.status {
        Status::Pending | Status::Challenge => {}
        Status::Success
        | Status::Failed
        | Status::Cancelled
        | Status::Expired
        | Status::PartiallyRefunded
        | Status::Refunded => return Ok(()),
    }
    let Some(provider) = providers::find(cashier.ctx, cashier.scope.tenant(), payment.provider).await? else {
        tracing::warn!(payment.id = %payment.id, "the tenant has no keys for the provider of a payment that is open");
        return Ok(());
    };
    let news = cashier.ask_to_cancel(provider.as_ref(), &payment).await?;
    cashier.follow(payment, &news).await
}

#[cfg(test)]
#[path = "call_off_payments_tests.rs"]
mod tests;
