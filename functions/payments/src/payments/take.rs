//! Taking a new payment to its provider, whatever it is for.

use std::sync::Arc;

use cashier::Cashier;
use identity::Reach;
use payments::{Answers, BegunBy, Capabilities, ChargeOrder, Payment, PaymentProvider};
use web::{IdempotencyKey, Problem, Reply};

use crate::payments::{
    charging::{self, Asked, Begun},
    record::record,
};

/// `Ok` where somebody who reaches this far begins payments of the provider.
///
/// # Errors
/// Forbidden: only staff records a transfer.
pub(crate) fn may_begin(capabilities: &Capabilities, reach: Reach) -> Result<(), Problem> {
    if capabilities.begun_by == BegunBy::Staff && reach == Reach::Own {
        return Err(Problem::forbidden("only who is paid records transfers: pay in another way, or tell them of it"));
    }
    Ok(())
}

/// Records a payment that is over at once; stores any other and asks its provider for it.
///
/// # Errors
/// What the provider refuses or cannot say, and those of the store.
pub(crate) async fn take(
    cashier: &Cashier<'_>,
    key: &IdempotencyKey,
    provider: Arc<dyn PaymentProvider>,
    payment: Payment,
    charge: ChargeOrder,
) -> Result<Reply, Problem> {
    match provider.capabilities().answers {
        Answers::AtOnce => record(cashier, key, provider.as_ref(), &charge, &payment).await,
        Answers::Later => {
            charging::begin(cashier, key, &payment).await?;
            charging::charge(cashier, key, Begun { provider, payment, charge, asked: Asked::First }).await
        }
    }
}
