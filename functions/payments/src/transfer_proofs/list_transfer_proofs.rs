//! `GET /api/v1/transfer-proofs`: what the caller told of transfers, or the customers of the whole tenant; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, and for a
//! customer one batch read; more queries where few are in the state that is asked for.

use axum::extract::State;
use kernel::CustomerId;
use payments::{TransferProofStatus, TransferProofs};
use serde::Deserialize;
use table::pages::Listed;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{PaymentsRead, transfer_proofs::transfer_proof_view::TransferProofView};

/// Which ones.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TransferProofsQuery {
    /// Of this customer only.
    pub customer_id: Option<CustomerId>,
    /// In this state only: `open` are those to be looked for on the account.
    pub status: Option<TransferProofStatus>,
}

/// List transfer proofs
///
/// A customer sees their own, a member those of the tenant.
#[utoipa::path(get, path = "/api/v1/transfer-proofs", responses((status = 200, body = PageOf<TransferProofView>)))]
pub async fn list_transfer_proofs(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    pager: Pager,
    QueryString(query): QueryString<TransferProofsQuery>,
) -> Result<Reply, Problem> {
    let proofs = TransferProofs::new(api.table(), caller.scope);
    let page = match caller.whose(&api, query.customer_id).await? {
        Whose::Everybodys => proofs.list(query.status, &pager.request()).await?,
        Whose::Partys(party) => proofs.list_of(party, query.status, &pager.request()).await?,
        Whose::Nobodys => Listed { items: Vec::new(), last: None },
    };
    let rows = page.items.iter().map(TransferProofView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
