//! Word that a refund has failed whose money had gone: it is on the balance again, once.

use cashier::{CameBack, Cashier, Effect, too_many_races};
use kernel::PaymentId;
use payments::{FailedRefund, PaymentProvider, Quarantine, Says, Word};
use table::{Race, TransactError, until_settled};
use web::Problem;

use crate::webhooks::heard::Heard;

/// Puts the money of the refund that `failed` tells of on the payer's balance again. What cannot be told apart, or is counted
/// by the provider still, is for a person.
///
/// # Errors
/// What is out of reach; `REFUND_ON_ITS_WAY` where the refund is still being asked for, and the word must come again.
pub(super) async fn follow(
    cashier: &Cashier<'_>,
    provider: &dyn PaymentProvider,
    word: &Word,
    failed: &FailedRefund,
) -> Result<Heard, Problem> {
    let (Ok(id), Says::Status(now)) = (word.order_id.parse::<PaymentId>(), &word.says) else {
        return Ok(Heard::SetAside(Quarantine::UnknownOrder));
    };
    until_settled(
        || too_many_races().into(),
        || async move {
            let (payments, notices) = (cashier.payments(), cashier.notices());
            let (payment, applied) = tokio::join!(payments.get(id), notices.is_applied(id, &word.dedupe_key));
            if applied? {
                return Ok(Race::Settled(Heard::Done(Effect::Nothing)));
            }
            let payment = payment?.map(|payment| payment.trusted("the provider's word is about the tenant's payment"));
            let Some(payment) = payment.filter(|payment| payment.provider == provider.capabilities().provider) else {
                return Ok(Race::Settled(Heard::SetAside(Quarantine::UnknownOrder)));
            };
            let (mut transaction, _) = match cashier.refund_came_back(&payment, failed, now).await? {
                CameBack::Written(written) => *written,
                CameBack::Known => return Ok(Race::Settled(Heard::Done(Effect::Nothing))),
                CameBack::Unclear => return Ok(Race::Settled(Heard::SetAside(Quarantine::Contradiction))),
            };
            let mark = notices.insert_applied(&mut transaction, id, &word.dedupe_key, cashier.ctx.now())?;
            match cashier.ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(Heard::Done(Effect::Changed))),
                // The same word came twice at once, and the other one was faster.
                Err(TransactError::Cancelled(cancelled)) if cancelled.failed(mark).is_some() => {
                    Ok(Race::Settled(Heard::Done(Effect::Nothing)))
                }
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

#[cfg(test)]
#[path = "returned_refund_tests.rs"]
mod tests;
