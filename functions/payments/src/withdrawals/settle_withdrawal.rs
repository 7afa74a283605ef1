//! `POST /api/v1/wallet/withdrawals/{id}/settle`: the bank has paid a withdrawal out.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, two reads, one transaction of withdrawal, journal, balance, audit entry, event and idempotency row; from
//! the read on again for every race that is lost.

use axum::extract::State;
use kernel::WithdrawalId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    WITHDRAWAL_SETTLED, WithdrawalsWrite,
    payments::record::Reference,
    withdrawals::{
        withdrawal_edit::{Shown, WithdrawalEdit},
        withdrawal_view::WithdrawalView,
    },
};

/// What the bank's statement says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SettleWithdrawal {
    /// The bank's name for the transfer; what was said when it was sent when left out.
    pub reference: Option<Reference>,
}

/// Settle a withdrawal
///
/// The money has left the account that recorded transfers come in on, and the books.
#[utoipa::path(
    post, path = "/api/v1/wallet/withdrawals/{id}/settle",
    responses(
        (status = 200, body = Envelope<WithdrawalView>),
        (status = 403, description = "FORBIDDEN: for staff alone"),
        (status = 409, description = "WITHDRAWAL_WRONG_STATE: it was not sent, or has ended")
    )
)]
pub async fn settle_withdrawal(
    State(api): State<Api>,
    caller: Caller<WithdrawalsWrite>,
    edit: Edit,
    Id(id): Id<WithdrawalId>,
    Json(body): Json<SettleWithdrawal>,
) -> Result<Reply, Problem> {
    let step = WithdrawalEdit {
        api: &api,
        caller: &caller,
        edit: &edit,
        id,
        action: WITHDRAWAL_SETTLED,
        shown: Shown::ForPayout,
    };
    let reference = body.reference.map(|reference| reference.0);
    step.make(|withdrawal| withdrawal.settle(reference.clone(), api.now())).await
}
