//! Charging so that a crash anywhere converges: one payment is charged once, however often it is tried.
//!
//! The handler first stores the payment as pending, in one transaction with the idempotency record that is still in
//! progress; then it drives the charge; then it stores what came back. A process that dies in between leaves a
//! pending payment without a transaction id, and whoever picks it up asks the provider before charging again.

use crate::{Charge, Charged, PaymentProvider, ProviderError};

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

/// Charges the payment unless the provider has it already.
///
/// # Errors
/// Those of the provider. After `Busy`, `NotSent` or `Unknown` the payment stays pending and may be driven again;
/// `NotFound` of an attempt in vain says that the payer was never asked.
pub async fn drive(
    provider: &dyn PaymentProvider,
    charge: &Charge,
    attempt: Attempt,
) -> Result<Charged, ProviderError> {
    match attempt {
        Attempt::First => provider.charge(charge).await,
        Attempt::Resumed => match provider.status(&charge.payment.to_string()).await {
            Err(ProviderError::NotFound) => provider.charge(charge).await,
            // The provider's reply to the first charge was lost, and with it perhaps how to pay: charging again
            // under the same key and order id gets it back, and cannot make a second payment.
            Ok(found) if found.next_action.is_none() && found.status.observed == crate::Observed::Pending => {
                Ok(provider.charge(charge).await.unwrap_or(found))
            }
            other => other,
        },
        Attempt::InVain => provider.status(&charge.payment.to_string()).await,
    }
}
