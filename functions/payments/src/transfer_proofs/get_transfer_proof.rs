//! `GET /api/v1/transfer-proofs/{id}`: what a customer told of one transfer.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::TransferProofId;
use payments::TransferProofs;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{PaymentsRead, transfer_proofs::transfer_proof_view::TransferProofView};

/// Get a transfer proof
#[utoipa::path(
    get, path = "/api/v1/transfer-proofs/{id}",
    responses((status = 200, body = Envelope<TransferProofView>))
)]
pub async fn get_transfer_proof(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    Id(id): Id<TransferProofId>,
) -> Result<Reply, Problem> {
    let found = TransferProofs::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let proof = caller.open(&api, found).await?;
    Ok(Reply::ok(&TransferProofView::from(&proof))?.version(proof.version))
}
