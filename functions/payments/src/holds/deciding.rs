//! What staff has the provider do about a payment that waits for the merchant: the provider is asked first, and its word
//! followed.

use std::ops::ControlFlow;

use cashier::{Cashier, Decided, Decision, News, providers, too_many_races};
use events::Cause;
use identity::audit::{Action, AuditEntry};
use kernel::PaymentId;
use payments::{Challenges, Payment, ProviderError, Status};
use table::until_settled_from;
use web::{Api, Caller, Edit, Optional, Problem, Reply};

use crate::{RefundsWrite, payments::payment_view::PaymentView};

/// A step that staff takes.
pub(crate) struct Step<'a> {
    pub(crate) cashier: &'a Cashier<'a>,
    pub(crate) key: &'a Optional,
    /// What the audit trail has of it, once the provider has done it.
    pub(crate) entry: AuditEntry,
}

/// Has the provider decide about a payment that its fraud check holds, and follows what it says.
///
/// # Errors
/// 404; `PAYMENT_STATE_LOCKED` where no fraud check holds it; what the provider refuses or cannot say, and those of the store.
pub(crate) async fn decide(
    api: &Api,
    caller: &Caller<RefundsWrite>,
    edit: &Edit,
    id: PaymentId,
    (decision, action): (Decided, Action),
) -> Result<Reply, Problem> {
    let cause = Cause::from(&edit.info);
    let cashier = Cashier { ctx: api, scope: caller.scope, cause: &cause };
    let payment = cashier.payments().get(id).await?.ok_or_else(Problem::not_found)?;
    let payment = caller.open(api, payment).await?;
    caller.must_reach_all()?;
    edit.if_match.check(payment.version)?;
    let entry = caller.entry(api, &edit.info, action).about(id);
    let step = Step { cashier: &cashier, key: &edit.key, entry };
    let news = match payment.status {
        Status::Challenge => {
            let provider = providers::get(api, caller.tenant(), payment.provider).await?;
            match provider.capabilities().challenges {
                Challenges::Merchant => cashier.ask_to_decide(provider.as_ref(), &payment, decision).await?,
                Challenges::Provider => return Err(ProviderError::NotOffered.into()),
            }
        }
        Status::Pending => return Err(ProviderError::StateLocked.into()),
        // It was decided, or has ended otherwise.
        Status::Success
        | Status::Failed
        | Status::Cancelled
        | Status::Expired
        | Status::PartiallyRefunded
        | Status::Refunded => News::Nothing,
    };
    follow(step, payment, &news).await
}

/// Stores what the provider's word does to a payment, who asked for it, and the answer to the request.
///
/// # Errors
/// `PAYMENT_NEEDS_REVIEW`, and those of the store.
pub(crate) async fn follow(step: Step<'_>, payment: Payment, news: &News) -> Result<Reply, Problem> {
    let Step { cashier, key, entry } = step;
    let (ctx, entry) = (cashier.ctx, &entry);
    let outcome = until_settled_from(
        || too_many_races().into(),
        payment,
        |payment| async move {
            let booking = match cashier.decide(&payment, news.transition(&payment, ctx.now())).await? {
                Decision::Write(booking) => *booking,
                Decision::SetAside(reason) => {
                    cashier.set_news_aside(&payment, reason, news).await?;
                    return Err(ProviderError::Mismatch(reason).into());
                }
                Decision::Ask => return Err(too_many_races().into()),
            };
            let mut transaction = booking.transaction.clone();
            if matches!(news, News::Says(_)) {
                entry.insert(&mut transaction, cashier.scope)?;
            }
            let reply = Reply::ok(&PaymentView::drawn(&booking.payment))?.version(booking.payment.version);
            match key.try_commit(ctx, transaction, reply).await? {
                Ok(reply) => Ok(ControlFlow::Break(reply)),
                // A notification was faster.
                Err(cancelled) if booking.lost_a_race(&cancelled) => {
                    let again = cashier.payments().get(payment.id).await?.ok_or_else(Problem::not_found)?;
                    Ok(ControlFlow::Continue(again.trusted("the payment was opened before")))
                }
                Err(_) => Err(Problem::conflict()),
            }
        },
    )
    .await;
    key.settle(ctx, outcome).await
}
