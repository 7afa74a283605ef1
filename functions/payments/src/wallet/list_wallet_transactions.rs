//! `GET /api/v1/wallet/transactions`: every movement of a customer's balance, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query per megabyte of the
//! customer's journal (some 1,500 entries: what is on the balance after each follows from all before it).

use axum::extract::State;
use ledger::{Journal, LedgerError, wallet};
use web::{Api, Caller, OfCustomer, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{
    PaymentsRead,
    wallet::transaction_view::{WalletTransaction, transactions},
};

/// List the movements of a wallet
///
/// Deposits, invoices that the balance paid, payments that no invoice took, credits, refunds and withdrawals, with what is
/// on the balance after each, in each currency. A customer sees their own; a member names one. The newest may be missing for
/// a moment.
#[utoipa::path(
    get, path = "/api/v1/wallet/transactions",
    responses(
        (status = 200, body = PageOf<WalletTransaction>),
        (status = 422, description = "VALIDATION_FAILED: a member named no customer")
    )
)]
pub async fn list_wallet_transactions(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    pager: Pager,
    QueryString(of): QueryString<OfCustomer>,
) -> Result<Reply, Problem> {
    let party = match caller.whose(&api, of.customer_id).await? {
        Whose::Partys(party) => party,
        Whose::Everybodys => return Err(Problem::invalid("customerId", "REQUIRED", "name the customer")),
        Whose::Nobodys => return Reply::page(Vec::<WalletTransaction>::new(), pager.info(&api, None)?),
    };
    let entries = Journal::new(api.table(), caller.scope).entries_of(party).await?;
    let lines = wallet(&entries).map_err(LedgerError::from)?;
    let (shown, info) = pager.part(&api, transactions(&lines), |row| row.name.clone())?;
    Reply::page(shown, info)
}
