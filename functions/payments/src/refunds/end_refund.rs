//! `POST /api/v1/payments/{id}/refunds/{refundId}/end`: staff says how a refund ended of which the provider says nothing.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the key, one of
//! the payment and one of the refund at once, one transaction.

use axum::extract::State;
use cashier::{Cashier, RefundAnswer, too_many_races};
use events::Cause;
use kernel::{PaymentId, RefundId};
use payments::{Failure, PaymentError, RefundStatus};
use serde::Deserialize;
use table::{Race, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Ids, Json, Optional, Problem, Reply, RequestInfo};

use crate::{
    PAYMENT_REFUND_ENDED, RefundsWrite,
    refunds::{create_refund::RefundReason, refund_view::RefundView},
};

/// How a refund ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EndRefund {
    pub outcome: RefundEnd,
    /// How you know: kept in the audit trail, and with a refund that failed.
    pub reason: RefundReason,
}

/// How a refund ended, as staff has seen at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundEnd {
    /// The provider gave the money back.
    Given,
    /// It did not, and will not: the money is on the balance again.
    Failed,
}

/// End a refund on its way
///
/// For a refund whose provider says nothing of it, such as one whose keys you have taken away: look there first. A refund that
/// has ended stays as it is.
#[utoipa::path(
    post, path = "/api/v1/payments/{id}/refunds/{refundId}/end",
    responses((status = 200, body = Envelope<RefundView>), (status = 409, description = "REFUND_ENDED"))
)]
pub async fn end_refund(
    State(api): State<Api>,
    caller: Caller<RefundsWrite>,
    info: RequestInfo,
    key: Optional,
    Ids(payment_id, refund_id): Ids<PaymentId, RefundId>,
    Json(body): Json<EndRefund>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: caller.scope, cause: &cause };
    let outcome = until_settled(
        || Problem::from(too_many_races()),
        || async {
            let (payments, refunds) = (cashier.payments(), cashier.refunds());
            let (payment, refund) = tokio::try_join!(payments.get(payment_id), refunds.get(payment_id, refund_id))?;
            let payment = caller.open(&api, payment.ok_or_else(Problem::not_found)?).await?;
            let refund = refund.ok_or_else(Problem::not_found)?;
            if refund.status != RefundStatus::Pending {
                return Err(PaymentError::RefundEnded.into());
            }
            let answer = match body.outcome {
                RefundEnd::Given => RefundAnswer::Given(None),
                RefundEnd::Failed => {
                    RefundAnswer::Refused(Failure { code: "staff".to_owned(), message: body.reason.text().to_owned() })
                }
            };
            let (mut transaction, ended) = cashier.end_refund(&payment, &refund, answer)?;
            let entry = caller.entry(&api, &info, PAYMENT_REFUND_ENDED).about(refund_id);
            let entry = entry.with("payment", payment_id.to_string()).with("reason", body.reason.text().to_owned());
            entry.insert(&mut transaction, caller.scope)?;
            let reply = Reply::ok(&RefundView::from(&ended.refund))?;
            Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
        },
    )
    .await;
    key.settle(&api, outcome).await
}
