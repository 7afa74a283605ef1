//! `GET /api/v1/wallet/transactions`: every movement of a customer's balance, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query for each hundred entries
//! of the customer's journal up to the end of the page, ten at most, and for the first page the customer's balances before
//! and after.

use axum::extract::State;
use ledger::Journal;
use web::{Api, Caller, OfCustomer, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{PaymentsRead, wallet::transaction_view::WalletTransaction};

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
    let page = Journal::new(api.table(), caller.scope).movements(party, &pager.request()).await?;
    let rows = page.items.iter().filter_map(WalletTransaction::of).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
