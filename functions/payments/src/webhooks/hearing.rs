//! What a provider's notification does, whoever the provider is: verified by the port, believed when it is proof, and
//! asked about when it is not.

use std::ops::ControlFlow;

use cashier::{Cashier, Decision, Effect, providers, too_many_races};
use http::StatusCode;
use kernel::PaymentId;
use payments::{
    Charged, Incident, Observed, PaymentProvider, ProviderError, ProviderStatus, Quarantine, Quarantined, RetryPolicy,
    Says, Transition, Word, apply, apply_charged, ask,
};
use serde::Serialize;
use table::{TransactError, until_settled_from};
use utoipa::ToSchema;
use web::{Problem, Reply};

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

/// What is to be answered.
enum Heard {
    Done(Effect),
    SetAside(Quarantine),
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
    let Some(word) = completed(provider, word).await.map_err(come_again)? else { return nothing() };
    let outcome = match follow(cashier, provider, &word).await.map_err(come_again)? {
        Heard::Done(Effect::Changed) => Outcome::Applied,
        Heard::Done(Effect::Nothing) => Outcome::Ignored,
        Heard::SetAside(reason) => {
            let who = provider.capabilities().provider;
            let kept = Quarantined::new(who, reason, &word.order_id, raw, cashier.ctx.now());
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

/// The word with what the provider must be asked for to follow it: of which payment it is and how that stands. `None` when
/// it is about none of ours.
async fn completed(provider: &dyn PaymentProvider, word: Word) -> Result<Option<Word>, Problem> {
    let Says::Only(incident) = word.says else { return Ok(Some(word)) };
    let answer = match ask(provider, &word.ask_for, RetryPolicy::INTERACTIVE).await {
        Err(ProviderError::NotFound) => return Ok(None),
        answer => read_answer(answer)?,
    };
    Ok(Some(match answer {
        Answer::Says(charged) => {
            let says = match incident {
                Incident::Changed => Says::Status(Box::new(charged.status.clone())),
                Incident::Disputed => {
                    Says::Status(Box::new(ProviderStatus { observed: Observed::Disputed, ..charged.status.clone() }))
                }
                // It was given back and is here after all: only a person can tell what to do about it.
                Incident::RefundFailed => Says::SetAside(Quarantine::Contradiction),
            };
            Word { order_id: charged.status.order_id, says, ..word }
        }
        Answer::SetAside(reason) => Word { says: Says::SetAside(reason), ..word },
    }))
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
            if applied? {
                return Ok(ControlFlow::Break(Heard::Done(Effect::Nothing)));
            }
            let Some(payment) = payment? else {
                return Ok(ControlFlow::Break(Heard::SetAside(Quarantine::UnknownOrder)));
            };
            let payment = payment.trusted("the provider's word is about the tenant's payment");
            if payment.provider != provider.capabilities().provider {
                return Ok(ControlFlow::Break(Heard::SetAside(Quarantine::UnknownOrder)));
            }

            let (mut transition, mut confirmed) = (apply(&payment, heard), asked);
            if transition == Transition::Ask {
                if confirmed.is_none() {
                    confirmed = match ask_about(provider, word).await? {
                        Answer::Says(charged) => Some(with_kept_card(*charged, heard)),
                        Answer::SetAside(reason) => return Ok(ControlFlow::Break(Heard::SetAside(reason))),
                    };
                }
                transition = confirmed.as_ref().map_or(Transition::Ask, |charged| apply_charged(&payment, charged));
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
    *answer == Observed::Pending && *heard != Observed::Pending
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
