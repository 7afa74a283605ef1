//! Asking the provider for a payment by a saved method, and storing what it says.

use billing::Invoice;
use cashier::{Cashier, CashierError, News, charge_of, providers};
use payments::{Attempt, Failure, Means, Payment, ProviderError, RetryPolicy, Status, drive};
use table::TransactError;

/// A payment that was begun, of which invoice, and whether its provider may know it.
pub(crate) struct Collected {
    pub(crate) invoice: Invoice,
    pub(crate) payment: Payment,
    pub(crate) attempt: Attempt,
}

/// Charges the saved method, or finds out what became of the charge.
///
/// # Errors
/// What is out of reach: the message comes again, and takes up the same payment.
pub(crate) async fn collect(cashier: &Cashier<'_>, begun: Collected) -> Result<(), CashierError> {
    let Collected { invoice, payment, attempt } = begun;
    let Some(provider) = providers::find(cashier.ctx, cashier.scope.tenant(), payment.provider).await? else {
        tracing::warn!(payment.id = %payment.id, "the tenant has no keys for the provider of a payment that is open");
        return Ok(());
    };
    // Removed since the attempt was begun: what its provider has is followed, and nobody is charged.
    let (means, attempt) = match means(cashier, &payment).await? {
        Some(means) => (means, attempt),
        None => (Means::Nothing, Attempt::InVain),
    };
    let order = charge_of(&invoice, &payment, means);
    match drive(provider.as_ref(), &order, attempt, RetryPolicy::INTERACTIVE).await {
        Ok(charged) => cashier.follow(payment, &News::Says(Box::new(charged))).await,
        Err(ProviderError::Declined { code, message }) => fail(cashier, &payment, Failure { code, message }).await,
        Err(ProviderError::Refused { code, message }) => {
            fail(cashier, &payment, Failure { code: code.to_string(), message }).await
        }
        Err(ProviderError::NotFound) if attempt == Attempt::InVain => cashier.follow(payment, &News::NeverAsked).await,
        Err(ProviderError::Mismatch(reason)) => cashier.needs_review(reason, &payment).await,
        // The agenda calls it off when its time is over; the next step of the ladder tries again.
        Err(ProviderError::Credentials) => {
            tracing::warn!(payment.id = %payment.id, "the provider does not accept the tenant's keys");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

async fn means(cashier: &Cashier<'_>, payment: &Payment) -> Result<Option<Means>, CashierError> {
    let Some(id) = payment.saved_method else { return Ok(None) };
    let method = cashier.saved_methods().get(id).await?;
    Ok(method.map(|method| method.trusted("the payment was begun by it").means_again()))
}

/// Stores that the bank refused. Word of it that was faster has stored as much.
async fn fail(cashier: &Cashier<'_>, payment: &Payment, failure: Failure) -> Result<(), CashierError> {
    if payment.status != Status::Pending || payment.transaction_id.is_some() {
        return Ok(());
    }
    let ended = cashier.ended(&payment.refused(failure, cashier.ctx.now()))?;
    match cashier.ctx.table().transact(ended).await {
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
