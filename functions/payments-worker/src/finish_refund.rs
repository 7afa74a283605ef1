//! `payment.refunded` or `payment.refund_failed`: a refund is on its way whose end nobody has stored; its provider is asked
//! to give the money back, which it does once.
//!
//! Round trips: one read of the payment, one of the refund, the tenant's secret (cached), the provider, one transaction.
//! Without an open refund: one read and one write.

use std::ops::ControlFlow;

use cashier::{Cashier, CashierError, RefundAnswer, providers, too_many_races};
use cloud::Ctx;
use kernel::PaymentId;
use payments::{ProviderError, RefundStatus};
use table::{
    TableError, TransactError,
    agenda::{self, Due},
    until_settled_from,
};

use crate::{LONG_PAUSE, PaymentWorkError, cause_of_agenda};

/// Carries out the refund of a payment that is on its way.
pub(crate) async fn finish_refund(ctx: Ctx, due: Due) -> Result<(), PaymentWorkError> {
    let id: PaymentId = due.thing()?;
    let cause = cause_of_agenda(&ctx);
    let (ctx, due) = (&ctx, &due);
    let cashier = &Cashier { ctx, scope: due.scope(), cause: &cause };
    until_settled_from(|| too_many_races().into(), None, |answer: Option<RefundAnswer>| async move {
        let found = cashier.payments().get(id).await?.map(|payment| payment.trusted("refunded for the tenant"));
        let Some((payment, open)) = found.and_then(|payment| payment.open_refund.map(|open| (payment, open))) else {
            return Ok(ControlFlow::Break(agenda::finish(ctx.table(), due).await?));
        };
        let refund = cashier.refunds().get(id, open).await?.filter(|refund| refund.status == RefundStatus::Pending);
        let refund = refund.ok_or_else(|| TableError::Corrupt("a payment's open refund is not there".to_owned()))?;
        let answer = if let Some(answer) = answer {
            answer
        } else {
            let provider = providers::find(ctx, due.tenant_id, payment.provider).await?;
            let asked = match &provider {
                Some(provider) => cashier.ask_for_refund(provider.as_ref(), &payment, &refund).await,
                None => Err(ProviderError::Credentials.into()),
            };
            match asked {
                Ok(answer) => answer,
                Err(CashierError::Provider(error @ (ProviderError::Credentials | ProviderError::Mismatch(_)))) => {
                    // Word that does not fit is with a person now, who was told; the provider may still say what became of it.
                    if error == ProviderError::Credentials {
                        tracing::warn!(refund.id = %refund.id, "the tenant has no keys that work for the provider of a refund");
                    }
                    let later = ctx.now().plus(LONG_PAUSE);
                    return Ok(ControlFlow::Break(agenda::postpone(ctx.table(), due, later).await?));
                }
                Err(error) => return Err(error.into()),
            }
        };
        let (transaction, ended) = cashier.end_refund(&payment, &refund, answer.clone())?;
        match ctx.table().transact(transaction).await {
            Ok(()) => Ok(ControlFlow::Break(cashier.after_refund(ended.payment, &answer).await?)),
            // The request was faster, or other word of the payment was.
            Err(TransactError::Cancelled(_)) => Ok(ControlFlow::Continue(Some(answer))),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

#[cfg(test)]
#[path = "finish_refund_tests.rs"]
mod tests;
