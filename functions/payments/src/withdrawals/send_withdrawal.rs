//! `POST /api/v1/wallet/withdrawals/{id}/send`: staff takes a withdrawal on, to transfer it now.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one of the balance beside two for every hundred payments of the customer's last 200 days, one
//! transaction of withdrawal, audit entry, event and idempotency row; from the read on
//! again for every race that is lost.

use axum::extract::State;
use kernel::WithdrawalId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    WITHDRAWAL_SENT, WithdrawalsWrite,
    payments::record::Reference,
    withdrawals::{
        withdrawal_edit::{Shown, WithdrawalEdit},
        withdrawal_view::WithdrawalView,
    },
};

/// What is known of the transfer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SendWithdrawal {
    /// The bank's name for the transfer, if it is known by now.
    pub reference: Option<Reference>,
}

/// Send a withdrawal
///
/// Comes before the transfer: from now on nobody else sends it and the customer cannot take it back, and the answer has the
/// whole account number. Transfer the money only after this was answered with 200; then settle the withdrawal, or let it fail.
#[utoipa::path(
    post, path = "/api/v1/wallet/withdrawals/{id}/send",
    responses(
        (status = 200, body = Envelope<WithdrawalView>),
        (status = 403, description = "FORBIDDEN: for staff alone"),
        (status = 409, description = "WITHDRAWAL_WRONG_STATE: it is not held any more; WITHDRAWAL_NO_ACCOUNT: the person was erased; MONEY_NOT_SETTLED: less stays on the balance than may go back by itself")
    )
)]
pub async fn send_withdrawal(
    State(api): State<Api>,
    caller: Caller<WithdrawalsWrite>,
    edit: Edit,
    Id(id): Id<WithdrawalId>,
    Json(body): Json<SendWithdrawal>,
) -> Result<Reply, Problem> {
    let step = WithdrawalEdit {
        api: &api,
        caller: &caller,
        edit: &edit,
        id,
        action: WITHDRAWAL_SENT,
        shown: Shown::ForPayout,
    };
    let reference = body.reference.map(|reference| reference.0);
    step.make(|withdrawal| withdrawal.send(reference.clone(), api.now())).await
}
