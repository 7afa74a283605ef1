//! `GET /api/v1/transfer-proofs/{id}/file`: the file that shows a transfer.
//!
//! As a download and never as a page, whatever is in it: strangers wrote it. Round trips: one rate-limit write beside one read
//! of the caller's standing (none when known), one read, one object.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use kernel::TransferProofId;
use payments::{TransferProofError, TransferProofs};
use web::{Api, Caller, Id, Problem, SentFile};

use crate::PaymentsRead;

/// Download the file of a transfer
///
/// For staff, and for whom it is from. Always as a download.
#[utoipa::path(
    get, path = "/api/v1/transfer-proofs/{id}/file",
    responses(
        (
            status = 200,
            content((SentFile = "image/jpeg"), (SentFile = "image/png"), (SentFile = "application/pdf"))
        ),
        (status = 404, description = "TRANSFER_PROOF_NO_FILE: none was sent, or it did not arrive")
    )
)]
pub async fn get_transfer_proof_file(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    Id(id): Id<TransferProofId>,
) -> Result<Response, Problem> {
    let found = TransferProofs::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let proof = caller.open(&api, found).await?;
    let (file, place) = proof.file()?;
    let content = api.get_object(&place).await?.ok_or(TransferProofError::NoFile)?;
    let headers = [
        (header::CONTENT_TYPE, file.kind.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.{}\"", proof.id, file.kind.extension())),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, content).into_response())
}
