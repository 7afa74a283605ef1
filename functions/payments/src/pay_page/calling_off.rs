//! Following the provider at the page: what is called off since its payer chose another way, and what is asked about.

use std::time::Duration;

use cashier::{Cashier, CashierError, providers};
use kernel::Fault;
use payments::{Payment, Status};

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
    let mut outcome = CalledOff::Done;
    let all = async {
        for payment in payments {
            match call_off_one(cashier, payment).await {
                Ok(Some(Status::Success)) => outcome = CalledOff::Paid,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(payment.id = %payment.id, code = error.code(), "a payment was not called off");
                }
            }
        }
    };
    if tokio::time::timeout(PATIENCE, all).await.is_err() {
        tracing::warn!("not every payment was called off in time");
    }
    outcome
}

/// What became of the payment.
async fn call_off_one(cashier: &Cashier<'_>, payment: &Payment) -> Result<Option<Status>, CashierError> {
    let provider = providers::get(cashier.ctx, cashier.scope.tenant(), payment.provider).await?;
    let news = cashier.ask_to_cancel(provider.as_ref(), payment).await?;
    cashier.follow(payment.clone(), &news).await?;
    let after = cashier.payments().get(payment.id).await?;
    Ok(after.map(|after| after.trusted("the payment was opened before").status))
}

/// Asks the provider how far a payment is, and follows what it says.
///
/// # Errors
/// The provider does not answer, and those of the store.
pub(crate) async fn check(cashier: &Cashier<'_>, payment: &Payment) -> Result<(), CashierError> {
    let provider = providers::get(cashier.ctx, cashier.scope.tenant(), payment.provider).await?;
    let news = cashier.ask_how_far(provider.as_ref(), payment).await?;
    cashier.follow(payment.clone(), &news).await
}
