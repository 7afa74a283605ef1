//! What a provider's notification does, whoever the provider is: verified by the port, believed when it is proof, and
//! asked about when it is not.

use std::ops::ControlFlow;

use cashier::{Cashier, Decision, Effect, providers, too_many_races};
use http::StatusCode;
use kernel::{PaymentId, Timestamp};
use payments::{
    Charged, FailedRefund, Incident, Observed, Payment, PaymentProvider, ProviderError, ProviderStatus, Quarantine,
    Quarantined, RetryPolicy, Says, Transition, Word, apply, apply_charged, ask,
};
use serde::Serialize;
use serde_json::Value;
use table::{TransactError, until_settled_from};
use utoipa::ToSchema;
use web::{Problem, Reply};

use crate::webhooks::{heard::Heard, returned_refund};

/// What came of a notification.
#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    /// What it did.
    pub outcome: Outcome,
}

/// What a notification did.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = NotificationOutcome)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The payment was changed.
    Applied,
    /// It was known before, or changes nothing.
    Ignored,
    /// It waits for a person to look at it.
    SetAside,
}

/// Follows a notification whose sender is proven, and says what came of it.
///
/// # Errors
/// What is out of reach, with a status that brings the notification again.
pub(crate) async fn take(
    cashier: &Cashier<'_>,
    provider: &dyn PaymentProvider,
    word: Word,
    raw: &[u8],
) -> Result<Reply, Problem> {
    let Some(Completed { word, failed }) = completed(provider, word).await.map_err(come_again)? else {
        return nothing();
    };
    let heard = match &failed {
        Some(failed) => returned_refund::follow(cashier, provider, &word, failed).await,
        None => follow(cashier, provider, &word).await,
    };
    let outcome = match heard.map_err(come_again)? {
        Heard::Done(Effect::Changed) => Outcome::Applied,
        Heard::Done(Effect::Nothing) => Outcome::Ignored,
        Heard::SetAside(reason) => {
            let who = provider.capabilities().provider;
            let kept = Quarantined::new(who, reason, &word.order_id, &redacted(raw), cashier.ctx.now());
            let kept = match &word.says {
                Says::Status(said) => kept.of_transaction(&said.transaction_id),
                Says::Only(_) | Says::SetAside(_) => kept,
            };
            cashier.set_aside(&kept).await.map_err(|error| come_again(error.into()))?;
            Outcome::SetAside
        }
    };
    Reply::ok(&Received { outcome })
}

/// What nobody needs for deciding about word, and nobody may see: what was signed with, and who paid.
const NOT_KEPT: [&str; 8] =
    ["signature_key", "billing_details", "customer_details", "email", "receipt_email", "name", "phone", "shipping"];

/// A body without these, however deep they are. One that is no JSON is kept as it is.
fn redacted(raw: &[u8]) -> Vec<u8> {
    let Ok(mut body) = serde_json::from_slice::<Value>(raw) else { return raw.to_vec() };
    strip(&mut body);
    serde_json::to_vec(&body).unwrap_or_default()
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !NOT_KEPT.contains(&name.as_str()));
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The answer to a notification that is about no payment of ours.
///
/// # Errors
/// It does not serialise.
pub(crate) fn nothing() -> Result<Reply, Problem> {
    Reply::ok(&Received { outcome: Outcome::Ignored })
}

/// Midtrans sends again five times after a 503 and once after a 500, and Stripe for days after either: whatever broke here,
/// their word must not be lost.
pub(crate) fn come_again(problem: Problem) -> Problem {
    if problem.status() == StatusCode::INTERNAL_SERVER_ERROR { ProviderError::Busy.into() } else { problem }
}

/// A word of which the payment is known.
struct Completed {
    word: Word,
    /// The refund that it says has failed.
    failed: Option<FailedRefund>,
}

/// The word with what the provider must be asked for to follow it: of which payment it is and how that stands. `None` when
/// it is about none of ours.
async fn completed(provider: &dyn PaymentProvider, word: Word) -> Result<Option<Completed>, Problem> {
    let Says::Only(incident) = word.says else { return Ok(Some(Completed { word, failed: None })) };
    let answer = match ask(provider, &word.ask_for, RetryPolicy::INTERACTIVE).await {
        Err(ProviderError::NotFound) => return Ok(None),
        answer => read_answer(answer)?,
    };
    Ok(Some(match answer {
        Answer::Says(charged) => {
            let (status, failed) = match incident {
                Incident::Changed => (charged.status, None),
                Incident::Disputed { at } => (of_dispute(charged.status, Observed::Disputed, at), None),
                Incident::DisputeWon { at } => (of_dispute(charged.status, Observed::DisputeWon, at), None),
                Incident::RefundFailed(failed) => (charged.status, Some(failed)),
            };
            let order_id = status.order_id.clone();
            Completed { word: Word { order_id, says: Says::Status(Box::new(status)), ..word }, failed }
        }
        Answer::SetAside(reason) => Completed { word: Word { says: Says::SetAside(reason), ..word }, failed: None },
    }))
}

/// What a dispute makes of a payment, as of when it came so far: word of it comes in any order.
fn of_dispute(status: ProviderStatus, observed: Observed, at: Option<Timestamp>) -> ProviderStatus {
    ProviderStatus { observed, at: at.unwrap_or(status.at), ..status }
}

async fn follow(cashier: &Cashier<'_>, provider: &dyn PaymentProvider, word: &Word) -> Result<Heard, Problem> {
    let Ok(id) = word.order_id.parse::<PaymentId>() else {
        // A dashboard's test sends order ids that nobody made.
        return Ok(Heard::SetAside(Quarantine::UnknownOrder));
    };
    let heard = match &word.says {
        Says::Status(heard) => heard.as_ref(),
        Says::SetAside(reason) => return Ok(Heard::SetAside(*reason)),
        Says::Only(_) => return Err(too_many_races().into()),
    };
    until_settled_from(
        || too_many_races().into(),
        None,
        |asked: Option<Charged>| async move {
            let (payments, notices) = (cashier.payments(), cashier.notices());
            let (payment, applied) = tokio::join!(payments.get(id), notices.is_applied(id, &word.dedupe_key));
            let payment = payment?.map(|payment| payment.trusted("the provider's word is about the tenant's payment"));
            if applied? && !payment.as_ref().is_some_and(|payment| counts_less(payment, heard)) {
                return Ok(ControlFlow::Break(Heard::Done(Effect::Nothing)));
            }
            let Some(mut payment) = payment else {
                return Ok(ControlFlow::Break(Heard::SetAside(Quarantine::UnknownOrder)));
            };
            // Money of another transaction of the order, which is kept as a payment of its own.
            if let Some(kept) = payment.kept_beside(&heard.transaction_id) {
                let kept = payments.get(kept).await?.ok_or_else(too_many_races)?;
                payment = kept.trusted("the provider's word is about the tenant's payment");
            }
            if payment.provider != provider.capabilities().provider {
                return Ok(ControlFlow::Break(Heard::SetAside(Quarantine::UnknownOrder)));
            }

            let (mut transition, mut confirmed, mut claim) = (apply(&payment, heard), asked, Claim::NotNeeded);
            if transition == Transition::Ask {
                if confirmed.is_none() {
                    confirmed = match ask_about(provider, word).await? {
                        Answer::Says(charged) => Some(with_kept_card(*charged, heard)),
                        Answer::SetAside(reason) => return Ok(ControlFlow::Break(Heard::SetAside(reason))),
                    };
                }
                if let Some(answer) = &confirmed {
                    claim = claim_of(cashier, provider, &payment, (heard, answer)).await?;
                    transition = match claim {
                        Claim::OfAnother => return Ok(ControlFlow::Break(Heard::SetAside(Quarantine::OtherOrder))),
                        Claim::New | Claim::Stands => apply_charged(&payment, &named(answer, &payment)),
                        Claim::NotNeeded => apply_charged(&payment, answer),
                    };
                }
            }
            let mut entry = match cashier.decide(&payment, transition).await? {
                Decision::Write(entry) => *entry,
                Decision::SetAside(reason) => return Ok(ControlFlow::Break(Heard::SetAside(reason))),
                Decision::Ask => return Err(too_many_races().into()),
            };
            // Not marked as applied, whatever the lagging answer changes: the mark would end the word for good.
            if confirmed.as_ref().is_some_and(|charged| lags(&charged.status.observed, &heard.observed)) {
                return Err(ProviderError::Busy.into());
            }
            if claim == Claim::New && entry.effect == Effect::Changed {
                notices.insert_claim(&mut entry.transaction, &heard.transaction_id, id)?;
            }
            let mark = notices.insert_applied(&mut entry.transaction, id, &word.dedupe_key, cashier.ctx.now())?;
            match cashier.ctx.table().transact(std::mem::take(&mut entry.transaction)).await {
                Ok(()) => Ok(ControlFlow::Break(Heard::Done(entry.effect))),
                // The same word came twice at once, and the other one was faster.
                Err(TransactError::Cancelled(cancelled)) if cancelled.failed(mark).is_some() => {
                    Ok(ControlFlow::Break(Heard::Done(Effect::Nothing)))
                }
                Err(TransactError::Cancelled(_)) => Ok(ControlFlow::Continue(confirmed)),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// Whether word counts less that went back than is booked. Of a refund that came to nothing it is the very word of the time
/// before that refund, so that it is followed although it was followed then.
fn counts_less(payment: &Payment, heard: &ProviderStatus) -> bool {
    let Observed::PartiallyRefunded { total: Some(total) } = heard.observed else { return false };
    total.minor() < payment.refunded_at_provider().minor()
}

/// The provider's own answer, with the token of a card that the payer let be saved: where only the notification tells it, it
/// moves no money, and charges nobody but the same payer.
fn with_kept_card(mut charged: Charged, heard: &ProviderStatus) -> Charged {
    let card = &mut charged.status.card;
    card.kept = card.kept.take().or_else(|| heard.card.kept.clone());
    charged
}

/// Whether the provider's own answer knows less than its notification said: it may only be late, so the word must come
/// again.
fn lags(answer: &Observed, heard: &Observed) -> bool {
    match (answer, heard) {
        (Observed::Pending, heard) => *heard != Observed::Pending,
        (Observed::Authorized { .. }, Observed::Pending | Observed::Authorized { .. }) => false,
        (Observed::Authorized { .. }, _) => true,
        (_, _) => false,
    }
}

/// Whether a transaction is known to be of the payment that its notification names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// The provider's own answer says of which payment it is.
    NotNeeded,
    /// The answer does not, and nobody has claimed it: the payment does.
    New,
    /// The payment has claimed it before.
    Stands,
    /// Another payment has.
    OfAnother,
}

/// For DANA the provider repeats the transaction where the payment should be named (SNAP-Woocommerce#85), and of which payment
/// it is stands in the notification alone, whose signature does not cover the transaction. So a transaction counts for the
/// first payment that names it, and for no other.
async fn claim_of(
    cashier: &Cashier<'_>,
    provider: &dyn PaymentProvider,
    payment: &Payment,
    (heard, answer): (&ProviderStatus, &Charged),
) -> Result<Claim, Problem> {
    let said = &answer.status;
    let nameless = said.order_id == said.transaction_id && said.transaction_id == heard.transaction_id;
    let on_page = provider.capabilities().on_page.contains(&payment.method);
    if !on_page || !nameless || payment.transaction_id.as_ref() == Some(&said.transaction_id) {
        return Ok(Claim::NotNeeded);
    }
    Ok(match cashier.notices().claimed_by(&said.transaction_id).await? {
        None => Claim::New,
        Some(owner) if owner == payment.id => Claim::Stands,
        Some(_) => Claim::OfAnother,
    })
}

/// The answer as one about the payment.
fn named(answer: &Charged, payment: &Payment) -> Charged {
    let status = ProviderStatus { order_id: payment.order_id(), ..answer.status.clone() };
    Charged { status, ..answer.clone() }
}

/// What the provider says when asked.
enum Answer {
    Says(Box<Charged>),
    SetAside(Quarantine),
}

async fn ask_about(provider: &dyn PaymentProvider, word: &Word) -> Result<Answer, Problem> {
    read_answer(ask(provider, &word.ask_for, RetryPolicy::INTERACTIVE).await)
}

fn read_answer(answer: Result<Charged, ProviderError>) -> Result<Answer, Problem> {
    match answer {
        Ok(charged) => Ok(Answer::Says(Box::new(charged))),
        Err(ProviderError::Mismatch(reason)) => Ok(Answer::SetAside(reason)),
        // Signed by the right key, about a transaction that the provider does not know: a replay with another id.
        Err(ProviderError::NotFound) => Ok(Answer::SetAside(Quarantine::UnknownOrder)),
        Err(error) if providers::is_passing(&error) => Err(error.into()),
        // Whatever it is, 503 brings the word again; a 5xx of ours must not be a 500.
        Err(error) => {
            tracing::error!(%error, "the provider refuses to tell the status");
            Err(ProviderError::Busy.into())
        }
    }
}
