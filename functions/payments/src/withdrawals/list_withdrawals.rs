//! `GET /api/v1/wallet/withdrawals`: the caller's withdrawals, or those of the whole tenant for its members; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, and for a
//! customer one batch read; more queries where few are in the state that is asked for.

use axum::extract::State;
use kernel::CustomerId;
use payments::{WithdrawalStatus, Withdrawals};
use serde::Deserialize;
use table::pages::Listed;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{PaymentsRead, withdrawals::withdrawal_view::WithdrawalView};

/// Which withdrawals.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct WithdrawalsQuery {
    /// Of this customer only.
    pub customer_id: Option<CustomerId>,
    /// In this state only: `held` are those to be sent.
    pub status: Option<WithdrawalStatus>,
}

/// List withdrawals
///
/// A customer sees their own, a member those of the tenant. Account numbers show their end only.
#[utoipa::path(get, path = "/api/v1/wallet/withdrawals", responses((status = 200, body = PageOf<WithdrawalView>)))]
pub async fn list_withdrawals(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    pager: Pager,
    QueryString(query): QueryString<WithdrawalsQuery>,
) -> Result<Reply, Problem> {
    let withdrawals = Withdrawals::new(api.table(), caller.scope);
    let page = match caller.whose(&api, query.customer_id).await? {
        Whose::Everybodys => withdrawals.list(query.status, &pager.request()).await?,
        Whose::Partys(party) => withdrawals.list_of(party, query.status, &pager.request()).await?,
        Whose::Nobodys => Listed { items: Vec::new(), last: None },
    };
    let rows = page.items.iter().map(WithdrawalView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
