//! Charging so that a crash anywhere converges: one payment is charged once, however often it is tried.
//!
//! The handler first stores the payment as pending, in one transaction with the idempotency record that is still in
//! progress; then it drives the charge; then it stores what came back. A process that dies in between leaves a
//! pending payment without a transaction id, and whoever picks it up asks the provider before charging again.

use crate::{
    ChargeOrder, Charged, Observed, PaymentProvider, ProviderError, RetryPolicy, ask, in_time,
    port::retries::is_passing,
};

/// Whether somebody may have charged this payment before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The payment was stored a moment ago by this very request.
    First,
    /// An earlier request stored it and did not come to its end.
    Resumed,
    /// As `Resumed`, and meanwhile nothing is due any more: what the provider has is followed, and nobody is asked for
    /// money.
    InVain,
}

/// Charges the payment unless the provider has it already, and tries until the outcome is known or the time is over.
///
/// # Errors
/// Those of the provider. After `Busy`, `NotSent` or `Unknown` the payment stays pending and may be driven again;
/// `NotFound` of an attempt in vain says that the payer was never asked.
pub async fn drive(
    provider: &dyn PaymentProvider,
    charge: &ChargeOrder,
    attempt: Attempt,
    policy: RetryPolicy,
) -> Result<Charged, ProviderError> {
    let id = charge.payment.to_string();
    let attempts = async {
        match attempt {
            Attempt::First => charge_until_known(provider, charge, policy).await,
            Attempt::Resumed => match answered(ask(provider, &id, policy).await) {
                Err(ProviderError::NotFound) => charge_until_known(provider, charge, policy).await,
                // The provider's reply to the first charge was lost, and with it perhaps how to pay: charging again
                // under the same key and order id gets it back, and cannot make a second payment.
                Ok(found) if found.next_action.is_none() && found.status.observed == Observed::Pending => {
                    Ok(charge_until_known(provider, charge, policy).await.unwrap_or(found))
                }
                other => other,
            },
            Attempt::InVain => answered(ask(provider, &id, policy).await),
        }
    };
    in_time(policy, attempts).await
}

/// What a question about a charge brought. One that is refused says nothing of the charge, which may have happened.
fn answered(answer: Result<Charged, ProviderError>) -> Result<Charged, ProviderError> {
    match answer {
        Err(ProviderError::Refused { code, message }) => {
            tracing::error!(code, message, "the provider refuses to tell of a charge");
            Err(ProviderError::Unknown)
        }
        other => other,
    }
}

async fn charge_until_known(
    provider: &dyn PaymentProvider,
    charge: &ChargeOrder,
    policy: RetryPolicy,
) -> Result<Charged, ProviderError> {
    let id = charge.payment.to_string();
    let mut last = provider.charge(charge).await;
    for pause in policy.pauses(&id) {
        if !last.as_ref().is_err_and(is_passing) {
            break;
        }
        tokio::time::sleep(pause).await;
        last = if last == Err(ProviderError::Unknown) {
            // It may have happened: only when the provider does not know it is it safe to charge again.
            match answered(provider.status(&id).await) {
                Err(ProviderError::NotFound) => provider.charge(charge).await,
                Err(ProviderError::NotSent | ProviderError::Busy) => Err(ProviderError::Unknown),
                known => known,
            }
        } else {
            provider.charge(charge).await
        };
    }
    match last {
        // The payment itself, charged before.
        Err(ProviderError::DuplicateOrder) => answered(provider.status(&id).await),
        last => last,
    }
}
