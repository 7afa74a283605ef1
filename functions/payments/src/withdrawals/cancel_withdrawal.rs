//! `POST /api/v1/wallet/withdrawals/{id}/cancel`: a customer takes a withdrawal back before it is sent.
//!
//! Round trips: as `…/settle`.

use axum::extract::State;
use kernel::WithdrawalId;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    PaymentsWrite, WITHDRAWAL_CANCELLED,
    withdrawals::{
        withdrawal_edit::{Shown, WithdrawalEdit},
        withdrawal_view::WithdrawalView,
    },
};

/// Cancel a withdrawal
///
/// The money is on the balance again. Only while it is held: what was sent is with the bank.
#[utoipa::path(
    post, path = "/api/v1/wallet/withdrawals/{id}/cancel",
    responses(
        (status = 200, body = Envelope<WithdrawalView>),
        (status = 409, description = "WITHDRAWAL_WRONG_STATE: it was sent, or has ended")
    )
)]
pub async fn cancel_withdrawal(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    edit: Edit,
    Id(id): Id<WithdrawalId>,
) -> Result<Reply, Problem> {
    let step = WithdrawalEdit {
        api: &api,
        caller: &caller,
        edit: &edit,
        id,
        action: WITHDRAWAL_CANCELLED,
        shown: Shown::ByItsEnd,
    };
    step.make(|withdrawal| withdrawal.cancel(api.now())).await
}
