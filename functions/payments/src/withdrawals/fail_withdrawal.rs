//! `POST /api/v1/wallet/withdrawals/{id}/fail`: a withdrawal cannot be paid out.
//!
//! Round trips: as `…/settle`.

use axum::extract::State;
use kernel::{WithdrawalId, line_without_address};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    WITHDRAWAL_FAILED, WithdrawalsWrite,
    withdrawals::{
        withdrawal_edit::{Shown, WithdrawalEdit},
        withdrawal_view::WithdrawalView,
    },
};

/// Why it cannot be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FailWithdrawal {
    /// Why, for the customer to read.
    pub reason: WithdrawalReason,
}

/// Why a withdrawal failed: 1 to 200 characters on one line.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "Why a withdrawal failed, for the customer to read",
    value_type = String, format = "plain-line-without-addresses", min_length = 1, max_length = 200,
    example = "The bank knows no such account"
)]
pub struct WithdrawalReason(String);

impl TryFrom<String> for WithdrawalReason {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let line = line_without_address(&text, 200);
        line.map(Self).ok_or("use 1 to 200 visible characters on one line, without ://")
    }
}

/// Fail a withdrawal
///
/// The bank has refused it or sent it back, or it will not be sent: the money is on the balance again.
#[utoipa::path(
    post, path = "/api/v1/wallet/withdrawals/{id}/fail",
    responses(
        (status = 200, body = Envelope<WithdrawalView>),
        (status = 403, description = "FORBIDDEN: for staff alone"),
        (status = 409, description = "WITHDRAWAL_WRONG_STATE: it has ended")
    )
)]
pub async fn fail_withdrawal(
    State(api): State<Api>,
    caller: Caller<WithdrawalsWrite>,
    edit: Edit,
    Id(id): Id<WithdrawalId>,
    Json(body): Json<FailWithdrawal>,
) -> Result<Reply, Problem> {
    let step = WithdrawalEdit {
        api: &api,
        caller: &caller,
        edit: &edit,
        id,
        action: WITHDRAWAL_FAILED,
        shown: Shown::ForPayout,
    };
    let WithdrawalReason(reason) = body.reason;
    step.make(|withdrawal| withdrawal.fail(reason.clone(), api.now())).await
}
