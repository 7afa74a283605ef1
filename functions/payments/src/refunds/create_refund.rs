//! `POST /api/v1/payments/{id}/refund`: money of a payment goes back to its payer, by the way it came.
//!
//! It is taken off the customer's balance and stored, with the key of the request still open, before the provider is asked;
//! then the end is stored with the answer. Whatever dies in between, the same request or the agenda takes the same refund up,
//! and its id makes the provider give back once. Round trips: one rate-limit write beside one read of the caller's standing
//! (none when known), one read of the key, one of the payment, one of the balance, the tenant's secret (cached), one
//! transaction, the provider, one transaction.

use std::ops::ControlFlow;

use axum::extract::State;
use cashier::{Cashier, providers, too_many_races};
use events::Cause;
use identity::audit::AuditEntry;
use jiff::SignedDuration;
use kernel::{Money, PaymentId, RefundId, fits_on_a_line};
use ledger::Journal;
use payments::{Failure, NewRefund, Payment, PaymentError, Refund, RefundStatus};
use serde::Deserialize;
use table::{TransactError, Transaction, until_settled_from};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PAYMENT_REFUNDED, RefundsWrite,
    payments::charging::broken,
    refunds::refund_view::RefundView,
    withdrawals::settled_money::{is_settled, not_settled},
};

/// What is to go back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateRefund {
    /// How much; all that is left of the payment when left out.
    pub amount: Option<Money>,
    /// Why: kept with the refund, and told to the provider.
    pub reason: RefundReason,
    /// By which way; through the provider when left out.
    #[serde(default)]
    #[schema(required = false)]
    pub by: RefundWay,
}

/// By which way money goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundWay {
    /// The provider is asked to give it back as it came.
    #[default]
    Provider,
    /// Staff has sent it back already, such as by a bank transfer: for payments that a provider cannot refund, as those to
    /// virtual accounts.
    Hand,
}

/// Why money goes back: 1 to 200 characters on one line.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "Why money goes back: one line",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 200, example = "Ordered twice"
)]
pub struct RefundReason(String);

impl RefundReason {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RefundReason {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if fits_on_a_line(&text, 200) { Ok(Self(text)) } else { Err("use 1 to 200 visible characters on one line") }
    }
}

/// The agenda takes a refund up after this long, should nobody have done so.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// Create a refund of a payment
///
/// A refund pays out what is on the customer's balance: money that no invoice waited for, or what a credit note put there. To
/// take an invoice back and pay it out in one step, write a credit note with `refundPaymentId`. Of a payment one refund is on
/// its way at a time. What the provider refuses is on the balance again; what staff pays back itself is recorded with `by`.
#[utoipa::path(
    post, path = "/api/v1/payments/{id}/refund",
    responses(
        (status = 201, body = Envelope<RefundView>),
        (
            status = 409,
            description = "BALANCE_TOO_LOW, MONEY_NOT_SETTLED, REFUND_BY_HAND_ONLY, REFUND_ON_ITS_WAY, REFUND_TOO_LARGE, PROVIDER_NOT_CONFIGURED, PAYMENT_NEEDS_REVIEW"
        ),
        (status = 422, description = "REFUND_REFUSED: by the provider or the payer's bank"),
        (status = 503, description = "PROVIDER_UNAVAILABLE: the same request again takes the refund up")
    )
)]
pub async fn create_refund(
    State(api): State<Api>,
    caller: Caller<RefundsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Id(id): Id<PaymentId>,
    Json(body): Json<CreateRefund>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: caller.scope, cause: &cause };
    let payment = cashier.payments().get(id).await?.ok_or_else(Problem::not_found)?;
    let payment = caller.open(&api, payment).await?;
    let (payment, refund) = if let Some(operation) = key.resumed() {
        let id: RefundId = operation.parse().map_err(|_| broken("the operation is no refund"))?;
        let refund = cashier.refunds().get(payment.id, id).await?;
        (payment, refund.ok_or_else(|| broken("the operation's refund is gone"))?)
    } else {
        let new = NewRefund {
            id: RefundId::new(api.new_ulid()),
            payment_id: payment.id,
            amount: body.amount.unwrap_or_else(|| payment.refundable()),
            reason: body.reason.0,
            credit_note_id: None,
            now: api.now(),
        };
        let entry = caller.entry(&api, &info, PAYMENT_REFUNDED);
        match body.by {
            RefundWay::Provider => {
                let refund = Refund::asked(new);
                (begin(&cashier, &key, entry, &payment, &refund).await?, refund)
            }
            RefundWay::Hand => return pay_back(&cashier, &key, entry, &payment, &Refund::by_hand(new)).await,
        }
    };
    let answer = carry_out(&cashier, &key, payment, refund).await;
    if answer.is_err() {
        key.release(&api).await;
    }
    answer
}

/// Stores a refund that the provider knows nothing of yet.
async fn begin(
    cashier: &Cashier<'_>,
    key: &IdempotencyKey,
    entry: AuditEntry,
    payment: &Payment,
    refund: &Refund,
) -> Result<Payment, Problem> {
    let api = cashier.ctx;
    // Asked before anything is stored.
    let provider = providers::get(api, cashier.scope.tenant(), payment.provider).await?;
    provider.capabilities().give_back(payment.method)?;
    let mut transaction = Transaction::new();
    let begun = cashier.begin_refund(&mut transaction, payment, refund, api.now().plus(PATIENCE))?;
    let too_small = on_balance(cashier, payment, refund).await?;
    told(entry, payment, refund).insert(&mut transaction, cashier.scope)?;
    key.begin(api, transaction, &refund.id.to_string(), |cancelled| {
        if begun.overdrew(cancelled) { too_small.into() } else { Problem::conflict() }
    })
    .await?;
    Ok(begun.payment)
}

/// Stores a refund that staff has paid back by hand, with the answer to the request.
async fn pay_back(
    cashier: &Cashier<'_>,
    key: &IdempotencyKey,
    entry: AuditEntry,
    payment: &Payment,
    refund: &Refund,
) -> Result<Reply, Problem> {
    let mut transaction = Transaction::new();
    // What is refused whatever is on the balance is refused first.
    payment.paid_back(refund, cashier.ctx.now())?;
    let too_small = on_balance(cashier, payment, refund).await?;
    let stays = is_settled(cashier.ctx, cashier.scope, payment.payer, refund.amount).await?;
    let booked = cashier.pay_back(&mut transaction, (payment, refund), stays)?;
    told(entry, payment, refund).insert(&mut transaction, cashier.scope)?;
    let reply = Reply::created(&RefundView::from(refund))?;
    key.commit(cashier.ctx, transaction, reply, |cancelled| match booked.overdrew(cancelled) {
        // Another one took from the balance at the same time.
        true if stays.is_zero() => too_small.into(),
        true => not_settled(stays).into(),
        false => Problem::conflict(),
    })
    .await
}

/// The refusal of a refund for which the balance is too small, should it become so. One read.
///
/// # Errors
/// That refusal, where it is; those of the table.
async fn on_balance(cashier: &Cashier<'_>, payment: &Payment, refund: &Refund) -> Result<PaymentError, Problem> {
    let (journal, currency) = (Journal::new(cashier.ctx.table(), cashier.scope), refund.amount.currency());
    let there = journal.balance_of(payment.payer, currency).await?.balance.minor();
    let too_small = PaymentError::BalanceTooLow { there, currency };
    if there < refund.amount.minor() { Err(too_small.into()) } else { Ok(too_small) }
}

fn told(entry: AuditEntry, payment: &Payment, refund: &Refund) -> AuditEntry {
    let amount = format!("{} {}", refund.amount.minor(), refund.amount.currency());
    entry.about(refund.id).with("payment", payment.id.to_string()).with("amount", amount)
}

/// Asks the provider for a refund that was begun, and stores how it ended with the answer to the request.
async fn carry_out(
    cashier: &Cashier<'_>,
    key: &IdempotencyKey,
    payment: Payment,
    refund: Refund,
) -> Result<Reply, Problem> {
    let answer = if refund.status == RefundStatus::Pending {
        let provider = providers::get(cashier.ctx, cashier.scope.tenant(), payment.provider).await?;
        Some(cashier.ask_for_refund(provider.as_ref(), &payment, &refund).await?)
    } else {
        None
    };
    let answer = answer.as_ref();
    until_settled_from(
        || too_many_races().into(),
        (payment, refund),
        |(payment, refund)| async move {
            let (mut transaction, ended, after) = match (refund.status, answer) {
                (RefundStatus::Pending, Some(answer)) => {
                    let (transaction, ended) = cashier.end_refund(&payment, &refund, answer.clone())?;
                    (transaction, ended.refund, Some((ended.payment, answer)))
                }
                // The agenda was faster.
                (RefundStatus::Pending | RefundStatus::Succeeded | RefundStatus::Failed, _) => {
                    (Transaction::new(), refund, None)
                }
            };
            let refused = ended.failure.clone().map(|Failure { message, .. }| PaymentError::RefundRefused { message });
            let reply = Reply::created(&RefundView::from(&ended))?;
            if refused.is_none() {
                key.finish(&mut transaction, &reply)?;
            }
            match cashier.ctx.table().transact(transaction).await {
                Ok(()) => {
                    if let Some((payment, answer)) = after
                        && let Err(error) = cashier.after_refund(payment, answer).await
                    {
                        tracing::warn!(%error, "the refund is stored; what else went back was not followed");
                    }
                    match refused {
                        Some(refused) => Err(refused.into()),
                        None => Ok(ControlFlow::Break(reply)),
                    }
                }
                Err(TransactError::Cancelled(_)) => {
                    let (payments, refunds) = (cashier.payments(), cashier.refunds());
                    let (payment, refund) =
                        tokio::try_join!(payments.get(ended.payment_id), refunds.get(ended.payment_id, ended.id))?;
                    let payment = payment.ok_or_else(|| broken("the payment is gone"))?;
                    let refund = refund.ok_or_else(|| broken("the refund is gone"))?;
                    Ok(ControlFlow::Continue((payment.trusted("the payment was opened before"), refund)))
                }
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

#[cfg(test)]
#[path = "by_hand_races_tests.rs"]
mod by_hand_races;

#[cfg(test)]
#[path = "create_refund_tests.rs"]
mod tests;
