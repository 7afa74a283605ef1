//! `payment.expired`, or whatever else became of a payment: its provider is asked how far it is, every 15 minutes at first,
//! should a notification have been lost.
//!
//! Round trips: one read, the tenant's secret (cached), the provider, one read of the invoice when money came in, one
//! transaction of 2 or 3 writes, or up to 9 when money came in. A payment that has ended: one read and one write.

use std::ops::ControlFlow;

use cashier::{Cashier, CashierError, Decision, providers, too_many_races};
use cloud::Ctx;
use kernel::{PaymentId, Timestamp};
use payments::{
    Charged, EndedBy, Observed, Payment, PaymentProvider, ProviderError, Quarantine, Quarantined, RetryPolicy,
    apply_charged, ask, in_time,
};
use table::{
    TransactError, Transaction,
    agenda::{self, Due},
    until_settled_from,
};

use crate::{LONG_PAUSE, PaymentWorkError, cause_of_agenda};

/// Follows what the provider says of a payment by now.
pub(crate) async fn expire_payment(ctx: Ctx, due: Due) -> Result<(), PaymentWorkError> {
    let id: PaymentId = due.thing()?;
    let cause = cause_of_agenda(&ctx);
    let (ctx, due) = (&ctx, &due);
    let cashier = &Cashier { ctx, scope: due.scope(), cause: &cause };
    until_settled_from(|| too_many_races().into(), None, |answer: Option<Answer>| async move {
        let found = cashier.payments().get(id).await?.map(|payment| payment.trusted("asked about for the tenant"));
        let look_again_at = found.as_ref().and_then(Payment::look_again_at);
        let (Some(payment), Some(at)) = (found, look_again_at) else {
            return Ok(ControlFlow::Break(agenda::finish(ctx.table(), due).await?));
        };
        if ctx.now() < at {
            return Ok(ControlFlow::Break(agenda::postpone(ctx.table(), due, at).await?));
        }
        let answer = if let Some(answer) = answer {
            answer
        } else {
            let Some(provider) = providers::find(ctx, due.tenant_id, payment.provider).await? else {
                tracing::warn!(payment.id = %id, "the tenant has no keys for the provider of a payment that is open");
                return Ok(ControlFlow::Break(agenda::postpone(ctx.table(), due, ctx.now().plus(LONG_PAUSE)).await?));
            };
            ask_about(provider.as_ref(), &payment, ctx.now()).await?
        };
        let step = match &answer {
            Answer::Says(charged) => follow(cashier, &payment, charged).await?,
            Answer::KnowsNothing if payment.transaction_id.is_none() => never_asked(cashier, &payment)?,
            // It has made a transaction for it before.
            Answer::KnowsNothing => for_a_person(cashier, Quarantine::UnknownOrder, &payment).await?,
            Answer::CannotBe(reason) => for_a_person(cashier, *reason, &payment).await?,
            Answer::RefusesKeys => {
                tracing::warn!(payment.id = %id, "the provider does not accept the tenant's keys");
                return Ok(ControlFlow::Break(agenda::postpone(ctx.table(), due, ctx.now().plus(LONG_PAUSE)).await?));
            }
        };
        let (transaction, goes_on) = match step {
            Step::IsForAPerson => return Ok(ControlFlow::Break(agenda::finish(ctx.table(), due).await?)),
            Step::Ends(transaction) => (transaction, false),
            Step::GoesOn(transaction) => (transaction, true),
        };
        match ctx.table().transact(transaction).await {
            Ok(()) if goes_on => {
                let next = payment.look_again_after(ctx.now()).unwrap_or(at);
                Ok(ControlFlow::Break(agenda::postpone(ctx.table(), due, next).await?))
            }
            Ok(()) => Ok(ControlFlow::Break(())),
            // Other word of it was faster.
            Err(TransactError::Cancelled(_)) => Ok(ControlFlow::Continue(Some(answer))),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

/// What the provider says when asked.
enum Answer {
    Says(Box<Charged>),
    /// It knows no such payment: its payer was never asked, or has not chosen a way to pay.
    KnowsNothing,
    /// What it says cannot be of this payment.
    CannotBe(Quarantine),
    /// It does not accept the tenant's keys.
    RefusesKeys,
}

async fn ask_about(provider: &dyn PaymentProvider, payment: &Payment, now: Timestamp) -> Result<Answer, CashierError> {
    match in_time(RetryPolicy::INTERACTIVE, ask_or_end(provider, payment, now)).await {
        Ok(charged) => Ok(Answer::Says(Box::new(charged))),
        Err(ProviderError::NotFound) => Ok(Answer::KnowsNothing),
        Err(ProviderError::Mismatch(reason)) => Ok(Answer::CannotBe(reason)),
        Err(ProviderError::Credentials) => Ok(Answer::RefusesKeys),
        Err(error) => Err(error.into()),
    }
}

/// How far the payment is; where its provider leaves it to the merchant, it is ended when it still waits and its payer's time
/// is over.
async fn ask_or_end(
    provider: &dyn PaymentProvider,
    payment: &Payment,
    now: Timestamp,
) -> Result<Charged, ProviderError> {
    let (by, policy) = (provider.capabilities(), RetryPolicy::INTERACTIVE);
    let charged = ask(provider, &payment.asked_by(by), policy).await?;
    let waits = charged.status.observed == Observed::Pending;
    if by.ended_by == EndedBy::Provider || !waits || now < payment.over_at() {
        return Ok(charged);
    }
    match provider.expire(&charged.status.transaction_id).await {
        Ok(status) => Ok(Charged { status, next_action: None, expires_at: None }),
        // The payer was faster.
        Err(ProviderError::StateLocked) => ask(provider, &charged.status.transaction_id, policy).await,
        Err(error) => Err(error),
    }
}

/// What comes of the provider's answer.
enum Step {
    /// The payment has ended.
    Ends(Transaction),
    /// Its payer may still act.
    GoesOn(Transaction),
    /// A person looks at it.
    IsForAPerson,
}

/// Keeps the payment for a person, and only then is it off the agenda.
async fn for_a_person(cashier: &Cashier<'_>, reason: Quarantine, payment: &Payment) -> Result<Step, CashierError> {
    cashier.needs_review(reason, payment).await?;
    Ok(Step::IsForAPerson)
}

/// The provider was never asked for the payment: whoever began it may still do so while its time is not over. Or the payer has
/// a page and chose nothing there, and its time is over unheard.
fn never_asked(cashier: &Cashier<'_>, payment: &Payment) -> Result<Step, CashierError> {
    if cashier.ctx.now() < payment.over_at() {
        let mut transaction = Transaction::new();
        cashier.payments().check_unchanged(&mut transaction, payment);
        return Ok(Step::GoesOn(transaction));
    }
    if payment.was_asked() {
        return Ok(Step::Ends(cashier.ended(&payment.lapsed(cashier.ctx.now()))?));
    }
    Ok(Step::Ends(cashier.call_off(payment)?))
}

async fn follow(cashier: &Cashier<'_>, payment: &Payment, charged: &Charged) -> Result<Step, CashierError> {
    match cashier.decide(payment, apply_charged(payment, charged)).await? {
        Decision::Write(entry) if entry.payment.look_again_at().is_some() => Ok(Step::GoesOn(entry.transaction)),
        Decision::Write(entry) => Ok(Step::Ends(entry.transaction)),
        Decision::SetAside(reason) => {
            cashier.set_aside(&Quarantined::answered(payment.provider, reason, &charged.status)).await?;
            Ok(Step::IsForAPerson)
        }
        Decision::Ask => Err(too_many_races()),
    }
}

#[cfg(test)]
#[path = "expire_payment_tests.rs"]
mod tests;
