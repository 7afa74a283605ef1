//! What staff has the provider do about a payment that waits for the merchant: the provider is asked first, and its word
//! followed.

use cashier::{Cashier, Decided, News, providers};
use events::Cause;
use identity::audit::{Action, AuditEntry};
use kernel::PaymentId;
use payments::{Challenges, Payment, ProviderError, Status};
use web::{Api, Caller, Edit, Optional, Problem, Reply};

use crate::{
    RefundsWrite,
    payments::sync_payment::{self, Followed},
};

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
    let outcome = sync_payment::follow(cashier, key, payment, Followed { news, audited: Some(&entry) }).await;
    key.settle(cashier.ctx, outcome).await
}
