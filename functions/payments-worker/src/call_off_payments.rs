//! `payment.cancelled`: an invoice was paid or is void, and whatever else its customer was given to pay it by takes no more
//! money: an account that stays open would be paid a second time. One that its provider cannot call off keeps no other one open:
//! what passes brings the event again once all were tried, and what does not is logged and left.
//!
//! Round trips: one read of the invoice, one query of the customer's payments per page; for each that is open the tenant's secret
//! (cached), the provider and one transaction.

use cashier::{Cashier, CashierError, providers};
use cloud::Ctx;
use events::Event;
use kernel::{InvoiceId, Party};
use payments::{Payment, ProviderError};
use table::{TenantScope, pages::PageRequest};

use crate::{PaymentWorkError, caused_by};

/// Calls off the open payments of an invoice that asks for nothing any more, as many as can be.
///
/// # Errors
/// The first that may pass, after all of them; those of the table.
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
    let (mut after, mut passing) = (None, None);
    loop {
        let request = PageRequest { after, ..PageRequest::default() };
        let page = cashier.payments().list_of(payer, &request).await?;
        let older = page.items.iter().any(|payment| Some(payment.created_at) < asked_since);
        for payment in page.items {
            if payment.purpose.invoice() == Some(invoice)
                && let Err(error) = cancel(&cashier, payment).await
            {
                passing = passing.or(Some(error));
            }
        }
        after = page.last;
        if older || after.is_none() {
            return passing.map_or(Ok(()), |error| Err(error.into()));
        }
    }
}

/// Calls one off that is open.
async fn cancel(cashier: &Cashier<'_>, payment: Payment) -> Result<(), CashierError> {
    if !payment.status.is_open() {
        return Ok(());
    }
    let Some(provider) = providers::find(cashier.ctx, cashier.scope.tenant(), payment.provider).await? else {
        tracing::warn!(payment.id = %payment.id, "the tenant has no keys for the provider of a payment that is open");
        return Ok(());
    };
    match cashier.ask_to_cancel(provider.as_ref(), &payment).await {
        Ok(news) => cashier.follow(payment, &news).await,
        // Asking again would bring the same: the tenant has to mend its keys, and a person looks at what was set aside. The
        // agenda asks about the payment until it has ended.
        Err(CashierError::Provider(error @ (ProviderError::Credentials | ProviderError::Mismatch(_)))) => {
            tracing::error!(%error, payment.id = %payment.id, "a payment that nothing is due of was not called off");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[path = "call_off_payments_tests.rs"]
mod tests;
