//! `GET /api/v1/wallet/withdrawals/{id}`: one withdrawal.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use identity::Reach;
use kernel::WithdrawalId;
use payments::Withdrawals;
use web::{Api, Caller, Envelope, Id, Needs, Problem, Reply};

use crate::{PaymentsRead, WithdrawalsWrite, withdrawals::withdrawal_view::WithdrawalView};

/// Get a withdrawal
///
/// With the whole account number for members who may pay it out, while it is `sent`; anybody else, and before and after that
/// everybody, sees its end.
#[utoipa::path(
    get, path = "/api/v1/wallet/withdrawals/{id}",
    responses((status = 200, body = Envelope<WithdrawalView>))
)]
pub async fn get_withdrawal(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    Id(id): Id<WithdrawalId>,
) -> Result<Reply, Problem> {
    let found = Withdrawals::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let withdrawal = caller.open(&api, found).await?;
    let pays_out = caller.grants.reach(WithdrawalsWrite::PERMISSION) == Some(Reach::Tenant);
    let view = if pays_out { WithdrawalView::for_payout(&withdrawal) } else { WithdrawalView::from(&withdrawal) };
    Ok(Reply::ok(&view)?.version(withdrawal.version))
}
