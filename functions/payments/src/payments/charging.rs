//! Asking a provider for a payment whose payer acts later, so that whatever dies in between can be taken up.

use std::{ops::ControlFlow, sync::Arc};

use cashier::{Cashier, Decision, too_many_races};
use http::StatusCode;
use kernel::PaymentId;
use payments::{
    Attempt, ChargeOrder, Charged, Failure, Payment, PaymentError, PaymentProvider, ProviderError, Quarantined,
    RetryPolicy, Status, apply_charged, drive,
};
use table::{TransactError, Transaction, until_settled_from};
use web::{IdempotencyKey, Problem, Reply};

use crate::payments::payment_view::PaymentView;

/// A stored payment that its provider is to be asked for.
pub(crate) struct Begun {
    pub(crate) provider: Arc<dyn PaymentProvider>,
    pub(crate) payment: Payment,
    pub(crate) charge: ChargeOrder,
    pub(crate) asked: Asked,
}

/// Why the provider is asked.
pub(crate) enum Asked {
    /// This very request has stored the payment.
    First,
    /// An earlier try of the request has.
    Again,
    /// As `Again`, and meanwhile nobody is to pay it any more, for this reason.
    InVain(Problem),
}

impl Asked {
    const fn attempt(&self) -> Attempt {
        match self {
            Self::First => Attempt::First,
            Self::Again => Attempt::Resumed,
            Self::InVain(_) => Attempt::InVain,
        }
    }
}

/// Stores a payment that nobody has been asked for yet, with the key of the request still open.
///
/// # Errors
/// Those of the store; another try of the request began it in between.
pub(crate) async fn begin(cashier: &Cashier<'_>, key: &IdempotencyKey, payment: &Payment) -> Result<(), Problem> {
    let mut transaction = Transaction::new();
    cashier.payments().insert(&mut transaction, payment)?;
    key.begin(cashier.ctx, transaction, &payment.id.to_string(), |_| Problem::conflict()).await
}

/// Charges what was begun and stores what came of it with the answer to the request. After an error the operation
/// stays open: the same request takes it up at once.
///
/// # Errors
/// What the provider refuses or cannot say, and those of the store.
pub(crate) async fn charge(cashier: &Cashier<'_>, key: &IdempotencyKey, begun: Begun) -> Result<Reply, Problem> {
    let answer = charge_and_store(cashier, key, begun).await;
    if answer.is_err() {
        key.release(cashier.ctx).await;
    }
    answer
}

async fn charge_and_store(cashier: &Cashier<'_>, key: &IdempotencyKey, begun: Begun) -> Result<Reply, Problem> {
    let Begun { provider, payment, charge, asked } = begun;
    if let Some(Failure { message, .. }) = &payment.failure {
        return Err(PaymentError::Refused { message: message.clone() }.into());
    }
    let answer = drive(provider.as_ref(), &charge, asked.attempt(), RetryPolicy::INTERACTIVE).await;
    match (answer, asked) {
        (Ok(charged), _) => store(cashier, key, payment, &charged).await,
        (Err(ProviderError::NotFound), Asked::InVain(why)) => {
            call_off(cashier, &payment).await?;
            Err(why)
        }
        (Err(ProviderError::Refused { code, message }), _) => {
            refuse(cashier, payment, Failure { code: code.to_string(), message }).await
        }
        (Err(ProviderError::Declined { code, message }), _) => {
            refuse(cashier, payment, Failure { code, message }).await
        }
        (Err(error @ ProviderError::Mismatch(reason)), _) => {
            cashier.needs_review(reason, &payment).await?;
            Err(error.into())
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// The payment that an earlier try of this request began.
///
/// # Errors
/// Those of the store; 500 when it is gone.
pub(crate) async fn begun_before(cashier: &Cashier<'_>, operation: &str) -> Result<Payment, Problem> {
    let id: PaymentId = operation.parse().map_err(|_| broken("the operation is no payment"))?;
    let payment = cashier.payments().get(id).await?.ok_or_else(|| broken("the operation's payment is gone"))?;
    Ok(payment.trusted("the operation is the caller's own"))
}

/// A fault of ours, kept in the log.
pub(crate) fn broken(what: &'static str) -> Problem {
    tracing::error!(what, "an operation cannot be taken up");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL",
        "something went wrong on our side; it has been recorded",
    )
}

/// Stores what the provider answered, together with the answer to this request.
async fn store(
    cashier: &Cashier<'_>,
    key: &IdempotencyKey,
    payment: Payment,
    charged: &Charged,
) -> Result<Reply, Problem> {
    until_settled_from(
        || too_many_races().into(),
        payment,
        |payment| async move {
            let mut entry = match cashier.decide(&payment, apply_charged(&payment, charged)).await? {
                Decision::Write(entry) => *entry,
                Decision::SetAside(reason) => {
                    cashier.set_aside(&Quarantined::answered(payment.provider, reason, &charged.status)).await?;
                    return Err(ProviderError::Mismatch(reason).into());
                }
                Decision::Ask => return Err(broken("an answer of the provider asks to ask it")),
            };
            let reply = Reply::created(&PaymentView::drawn(&entry.payment))?.version(entry.payment.version);
            key.finish(&mut entry.transaction, &reply)?;
            let lost_a_race = match cashier.ctx.table().transact(std::mem::take(&mut entry.transaction)).await {
                Ok(()) => return Ok(ControlFlow::Break(reply)),
                Err(TransactError::Cancelled(cancelled)) => entry.lost_a_race(&cancelled),
                Err(TransactError::Table(error)) => return Err(error.into()),
            };
            if !lost_a_race {
                return Err(Problem::conflict());
            }
            // A notification was faster.
            let again = cashier.payments().get(payment.id).await?.ok_or_else(|| broken("the payment is gone"))?;
            Ok(ControlFlow::Continue(again.trusted("the payment was opened before")))
        },
    )
    .await
}

/// Calls off a payment that its payer was never asked for and is not to pay any more. The key stays open: the same request
/// gets the same refusal.
async fn call_off(cashier: &Cashier<'_>, payment: &Payment) -> Result<(), Problem> {
    if payment.status == Status::Pending && payment.transaction_id.is_none() {
        commit(cashier, cashier.call_off(payment)?).await?;
    }
    Ok(())
}

/// Stores that the provider refused to begin. The key stays open: the same request finds the failed payment and gets
/// the same refusal.
async fn refuse(cashier: &Cashier<'_>, payment: Payment, failure: Failure) -> Result<Reply, Problem> {
    let message = failure.message.clone();
    if payment.status == Status::Pending && payment.transaction_id.is_none() {
        let failed = payment.refused(failure, cashier.ctx.now());
        commit(cashier, cashier.ended(&failed)?).await?;
    }
    Err(PaymentError::Refused { message }.into())
}

async fn commit(cashier: &Cashier<'_>, transaction: Transaction) -> Result<(), Problem> {
    match cashier.ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        Err(TransactError::Cancelled(_)) => Err(Problem::conflict()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
