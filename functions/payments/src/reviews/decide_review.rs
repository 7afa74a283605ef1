//! `POST /api/v1/payment-reviews/{id}/decide`: what becomes of money, or of word of it, that was set aside.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the key, one of
//! the word, one of its payment, the tenant's secret (cached), the provider, one read of the balance where money went back,
//! one transaction.

use axum::extract::State;
use cashier::{Cashier, ReviewError, providers, too_many_races};
use events::Cause;
use kernel::PaymentId;
use payments::{Choice, Notices, PaymentError, ReviewId, ReviewVerdict};
use serde::Deserialize;
use table::{Race, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Json, Optional, Problem, Reply, RequestInfo};

use crate::{
    PAYMENT_REVIEW_DECIDED, RefundsWrite,
    refunds::create_refund::RefundReason,
    reviews::review_view::{DecisionView, ReviewView},
};

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DecideReview {
    pub decision: Choice,
    /// Why: kept with the decision, and for a refund told to the provider.
    pub reason: RefundReason,
}

/// Decide a payment review
///
/// The provider is asked first: word of a while ago books nothing. Money of a second transaction, or of another amount, is kept
/// on the customer's balance as a payment of its own (`accept`), or goes back (`refund`). Money that went back is taken off
/// the balance (`accept`). `ignore` is possible always.
#[utoipa::path(
    post, path = "/api/v1/payment-reviews/{id}/decide",
    responses(
        (status = 200, body = Envelope<ReviewView>),
        (
            status = 409,
            description = "REVIEW_DECIDED, DECISION_NOT_POSSIBLE, REVIEW_OUTDATED, BALANCE_TOO_LOW, PROVIDER_NOT_CONFIGURED"
        ),
        (status = 503, description = "PROVIDER_UNAVAILABLE")
    )
)]
pub async fn decide_review(
    State(api): State<Api>,
    caller: Caller<RefundsWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<ReviewId>,
    Json(body): Json<DecideReview>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: caller.scope, cause: &cause };
    let notices = Notices::new(api.table(), caller.scope);
    let outcome = until_settled(
        || Problem::from(too_many_races()),
        || async {
            let word = notices.get(&id).await?.ok_or_else(Problem::not_found)?;
            let payment = match word.order_id.parse::<PaymentId>() {
                Ok(id) => cashier.payments().get(id).await?,
                Err(_) => None,
            };
            let payment = payment.map(|payment| payment.trusted("the permission covers the whole tenant"));
            let verdict = ReviewVerdict { choice: body.decision, reason: body.reason.text().to_owned() };
            let provider = providers::find(&api, caller.tenant(), word.provider).await?;
            let mut review = match (&provider, body.decision) {
                (Some(provider), _) => cashier.review(provider.as_ref(), &word, payment.as_ref(), verdict).await?,
                (None, Choice::Ignore) => cashier.ignore(&word, verdict)?,
                (None, Choice::Accept | Choice::Refund) => return Err(PaymentError::NotConfigured.into()),
            };
            let entry = caller.entry(&api, &info, PAYMENT_REVIEW_DECIDED).with("review", id.to_string());
            let entry = entry.with("decision", format!("{:?}", body.decision).to_lowercase());
            let entry = entry.with("order", word.order_id.clone());
            let entry = match review.kept {
                Some(kept) => entry.about(kept),
                None => entry,
            };
            let mut transaction = std::mem::take(&mut review.transaction);
            entry.insert(&mut transaction, caller.scope)?;
            let decision = DecisionView {
                decision: body.decision,
                reason: body.reason.text().to_owned(),
                decided_at: Some(api.now()),
            };
            let view = ReviewView { decision: Some(decision), kept_payment_id: review.kept, ..ReviewView::from(&word) };
            match key.try_commit(&api, transaction, Reply::ok(&view)?).await? {
                Ok(reply) => Ok(Race::Settled(reply)),
                Err(cancelled) if review.was_decided(&cancelled) => Err(ReviewError::Decided.into()),
                Err(cancelled) if review.lost_a_race(&cancelled) => Ok(Race::Lost),
                Err(_) => Err(Problem::conflict()),
            }
        },
    )
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
#[path = "decide_review_tests.rs"]
mod tests;
