//! `POST /api/v1/webhooks/midtrans/{tenant}`: Midtrans tells of a payment.
//!
//! The body is verified as it came, and proves nothing about money: Midtrans is asked before any moves. 200 ends
//! Midtrans' retries, so it is given once the word is stored, whether it changed something or not; 401 to strangers; 503
//! when something of ours, or Midtrans, is out of reach, and never 500 for that, which Midtrans would retry once only.
//! Round trips: the tenant (cached) and its secret (cached), two reads, the status call when money moves, one read of the invoice, one
//! transaction.

use axum::extract::{Path, State};
use http::StatusCode;
use kernel::{PaymentId, TenantId};
use payments::{
    Charged, Observed, PaymentProvider, ProviderError, ProviderStatus, Quarantine, Quarantined, Transition, apply,
    apply_charged,
    midtrans::{
        Midtrans, MidtransAccount,
        notification::{self, Notification, NotificationError},
    },
};
use serde::Serialize;
use table::{TenantScope, TransactError};
use utoipa::ToSchema;
use web::{Api, Envelope, Problem, RawBody, Reply, RequestInfo, Sender};

use crate::{
    booking::{Decision, Desk, Effect, RACES, too_many_races},
    provider,
};

/// What came of a notification.
#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    /// `applied`, `ignored` or `set_aside`.
    #[schema(example = "applied")]
    pub outcome: &'static str,
}

/// Take a notification of Midtrans
///
/// For Midtrans only: signed with the tenant's server key.
#[utoipa::path(
    post, path = "/api/v1/webhooks/midtrans/{tenant}", tag = "payments", security(()),
    params(("tenant" = String, Path, description = "The tenant's id or slug")),
    request_body(
        content = Object, description = "Midtrans' notification, as it sends it",
        example = json!({
            "order_id": "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "transaction_id": "57d5293c-e65f-4a29-95e4-5959c3fa335b",
            "transaction_status": "settlement", "status_code": "200", "gross_amount": "150000.00", "currency": "IDR",
            "payment_type": "bank_transfer", "signature_key": "9c71ef2a…"
        })
    ),
    responses(
        (status = 200, body = Envelope<Received>),
        (status = 401, description = "INVALID_SIGNATURE"),
        (status = 429, description = "RATE_LIMITED: too many refused calls from one address"),
        (status = 503, description = "UNAVAILABLE, PROVIDER_UNAVAILABLE: send it again"),
    )
)]
pub async fn receive_midtrans_notification(
    State(api): State<Api>,
    info: RequestInfo,
    sender: Sender,
    Path(tenant): Path<String>,
    RawBody(raw): RawBody,
) -> Result<Reply, Problem> {
    let (tenant, account, word) = match proven(&api, &sender, &tenant, &raw).await {
        Ok(proven) => proven,
        Err(problem) => return Err(sender.refuse(&api, come_again(problem)).await),
    };
    let desk = Desk { api: &api, scope: TenantScope::new(tenant), info: &info };
    take(&desk, account, &word, &raw).await.map_err(come_again)
}

/// Midtrans sends again five times after a 503 and once after a 500: whatever broke here, its word must not be lost.
fn come_again(problem: Problem) -> Problem {
    if problem.status() == StatusCode::INTERNAL_SERVER_ERROR { ProviderError::Busy.into() } else { problem }
}

/// The tenant whose key signed the notification. Its name in the path is told to Midtrans by us (its id) or by the
/// tenant (its slug).
async fn proven(
    api: &Api,
    sender: &Sender,
    tenant: &str,
    raw: &[u8],
) -> Result<(TenantId, MidtransAccount, Notification), Problem> {
    let word = notification::parse(raw)?;
    let tenant = sender.tenant(api, tenant).await?.ok_or(NotificationError::NotSigned)?.id;
    let account = provider::account(api, tenant).await?.ok_or(NotificationError::NotSigned)?;
    notification::verify(&word, account.signature_key())?;
    Ok((tenant, account, word))
}

async fn take(desk: &Desk<'_>, account: MidtransAccount, word: &Notification, raw: &[u8]) -> Result<Reply, Problem> {
    let outcome = match receive(desk, word, account).await? {
        Outcome::Done(Effect::Changed) => "applied",
        Outcome::Done(Effect::Nothing) => "ignored",
        Outcome::SetAside(reason) => {
            desk.set_aside(&Quarantined::new(reason, word.order_id(), raw, desk.api.now())).await?;
            "set_aside"
        }
    };
    Reply::ok(&Received { outcome })
}

/// What is to be answered.
enum Outcome {
    Done(Effect),
    SetAside(Quarantine),
}

async fn receive(desk: &Desk<'_>, word: &Notification, account: MidtransAccount) -> Result<Outcome, Problem> {
    let Ok(id) = word.order_id().parse::<PaymentId>() else {
        // The dashboard's test sends order ids that nobody made.
        return Ok(Outcome::SetAside(Quarantine::UnknownOrder));
    };
    let heard = match word.read(&account, desk.api.now()) {
        Ok(heard) => heard,
        Err(reason) => return Ok(Outcome::SetAside(reason)),
    };
    let midtrans = provider::of_account(desk.api, desk.scope.tenant(), account);
    let dedupe_key = word.dedupe_key();
    let mut confirmed: Option<Charged> = None;
    for _ in 0..RACES {
        let (payments, notices) = (desk.payments(), desk.notices());
        let (payment, applied) = tokio::join!(payments.get(id), notices.is_applied(id, &dedupe_key));
        if applied? {
            return Ok(Outcome::Done(Effect::Nothing));
        }
        let Some(payment) = payment? else { return Ok(Outcome::SetAside(Quarantine::UnknownOrder)) };
        let payment = payment.trusted("the provider's word is about the tenant's payment");

        let mut transition = apply(&payment, &heard);
        if transition == Transition::Ask {
            if confirmed.is_none() {
                confirmed = match ask(&midtrans, word).await? {
                    Answer::Says(charged) => Some(*charged),
                    Answer::SetAside(reason) => return Ok(Outcome::SetAside(reason)),
                };
            }
            transition = confirmed.as_ref().map_or(Transition::Ask, |charged| apply_charged(&payment, charged));
        }
        let mut entry = match desk.decide(&payment, transition).await? {
            Decision::Write(entry) => *entry,
            Decision::SetAside(reason) => return Ok(Outcome::SetAside(reason)),
            Decision::Ask => return Err(too_many_races()),
        };
        // Not marked as applied, whatever the lagging answer changes: the mark would end the word for good.
        if confirmed.as_ref().is_some_and(|charged| lags(&charged.status)) {
            return Err(ProviderError::Busy.into());
        }
        let mark = entry.transaction.add(notices.applied(id, &dedupe_key, desk.api.now())?);
        match desk.api.table().transact(std::mem::take(&mut entry.transaction)).await {
            Ok(()) => return Ok(Outcome::Done(entry.effect)),
            // The same word came twice at once, and the other one was faster.
            Err(TransactError::Cancelled(cancelled)) if cancelled.failed(mark).is_some() => {
                return Ok(Outcome::Done(Effect::Nothing));
            }
            Err(TransactError::Cancelled(_)) => {}
            Err(TransactError::Table(error)) => return Err(error.into()),
        }
    }
    Err(too_many_races())
}

/// Whether Midtrans' own answer knows less than its notification said: it may only be late, so the word must come again.
fn lags(status: &ProviderStatus) -> bool {
    status.observed == Observed::Pending
}

/// What Midtrans says when asked.
enum Answer {
    Says(Box<Charged>),
    SetAside(Quarantine),
}

async fn ask(midtrans: &Midtrans, word: &Notification) -> Result<Answer, Problem> {
    match midtrans.status(word.transaction_id()).await {
        Ok(charged) => Ok(Answer::Says(Box::new(charged))),
        Err(ProviderError::Mismatch(reason)) => Ok(Answer::SetAside(reason)),
        // Signed by the right key, about a transaction that Midtrans does not know: a replay with another id.
        Err(ProviderError::NotFound) => Ok(Answer::SetAside(Quarantine::UnknownOrder)),
        Err(error) if provider::is_passing(&error) => Err(error.into()),
        // Whatever it is, 503 brings the word again; a 5xx of ours must not be a 500.
        Err(error) => {
            tracing::error!(%error, "midtrans refuses to tell the status");
            Err(ProviderError::Busy.into())
        }
    }
}

#[cfg(test)]
#[path = "receive_midtrans_notification_tests.rs"]
mod tests;
