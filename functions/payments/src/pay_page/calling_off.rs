//! Following the provider at the page: what is called off since its payer chose another way, and what is asked about.

use std::{ops::ControlFlow, time::Duration};

use cashier::{Cashier, Decision, providers, too_many_races};
use payments::{
    Charged, Payment, PaymentProvider, ProviderError, Quarantined, RetryPolicy, Status, apply_charged, ask,
};
use table::{TransactError, until_settled_from};
use web::Problem;

/// How long whoever chose another way waits for the first payment to be called off. One that is not stays payable, and what
/// comes in by it is kept on the customer's balance.
const PATIENCE: Duration = Duration::from_secs(4);

/// What became of payments that were to be called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CalledOff {
    /// Nothing came in.
    Done,
    /// One of them was paid.
    Paid,
}

/// Calls off payments that wait, so that nobody pays twice. Whatever the provider cannot do now is let be.
pub(crate) async fn call_off(cashier: &Cashier<'_>, payments: &[&Payment]) -> CalledOff {
    let all = async {
        let mut outcome = CalledOff::Done;
        for payment in payments {
            match call_off_one(cashier, payment).await {
                Ok(after) if after.status == Status::Success => outcome = CalledOff::Paid,
                Ok(_) => {}
                Err(problem) => {
                    tracing::warn!(payment.id = %payment.id, code = problem.code(), "a payment was not called off");
                }
            }
        }
        outcome
    };
    tokio::time::timeout(PATIENCE, all).await.unwrap_or(CalledOff::Done)
}

async fn call_off_one(cashier: &Cashier<'_>, payment: &Payment) -> Result<Payment, Problem> {
    let provider = providers::get(cashier.ctx, cashier.scope.tenant(), payment.provider).await?;
    match provider.cancel(&payment.order_id()).await {
        Ok(status) => follow(cashier, payment, &Charged { status, next_action: None, expires_at: None }).await,
        // It was paid, or is over: what the provider knows says which.
        Err(ProviderError::StateLocked) => {
            let charged = provider.status(&payment.order_id()).await?;
            follow(cashier, payment, &charged).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks the provider how far a payment is, and follows what it says.
///
/// # Errors
/// The provider does not answer, and those of the store.
pub(crate) async fn check(cashier: &Cashier<'_>, payment: &Payment) -> Result<(), Problem> {
    let provider = providers::get(cashier.ctx, cashier.scope.tenant(), payment.provider).await?;
    match ask_about(provider.as_ref(), payment).await {
        Ok(charged) => follow(cashier, payment, &charged).await.map(drop),
        // The payer has not begun to pay.
        Err(ProviderError::NotFound) => Ok(()),
        Err(error @ ProviderError::Mismatch(reason)) => {
            cashier.needs_review(reason, payment).await?;
            Err(error.into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn ask_about(provider: &dyn PaymentProvider, payment: &Payment) -> Result<Charged, ProviderError> {
    ask(provider, &payment.order_id(), RetryPolicy::INTERACTIVE).await
}

/// The payment after the provider's own word of it.
async fn follow(cashier: &Cashier<'_>, payment: &Payment, charged: &Charged) -> Result<Payment, Problem> {
    until_settled_from(
        || too_many_races().into(),
        payment.clone(),
        |payment| async move {
            let entry = match cashier.decide(&payment, apply_charged(&payment, charged)).await? {
                Decision::Write(entry) => *entry,
                Decision::SetAside(reason) => {
                    cashier.set_aside(&Quarantined::answered(payment.provider, reason, &charged.status)).await?;
                    return Ok(ControlFlow::Break(payment));
                }
                Decision::Ask => return Err(too_many_races().into()),
            };
            match cashier.ctx.table().transact(entry.transaction.clone()).await {
                Ok(()) => Ok(ControlFlow::Break(entry.payment)),
                Err(TransactError::Cancelled(cancelled)) if entry.lost_a_race(&cancelled) => {
                    let again = cashier.payments().get(payment.id).await?.ok_or_else(Problem::not_found)?;
                    Ok(ControlFlow::Continue(again.trusted("the payment was opened before")))
                }
                Err(TransactError::Cancelled(_)) => Err(Problem::conflict()),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}
