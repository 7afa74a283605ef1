//! `PUT /api/v1/transfer-proofs/{id}/file`: the file that shows a transfer.
//!
//! The row names the file by its content before the content is stored: so nothing is ever in the object store that no row
//! names, and no file can take the place of one that staff has looked at. Whoever died in between sends the same again. The
//! tenant's files are counted in the same transaction, and money's files are never refused. Round
//! trips: one rate-limit write beside one read of the caller's standing (none when known), one read, three reads of what is
//! stored and one transaction (none for a file that is known), one object, one read; from the first read on again for every
//! race that is lost.

use axum::extract::State;
use kernel::{EventId, TransferProofId};
use payments::{ProofFile, TransferProof, TransferProofs};
use table::{Race, TransactError, Transaction, until_settled};
use tenancy::limits::{KeptFiles, LimitCause};
use web::{Api, Caller, Envelope, FileBody, Id, Problem, Reply, RequestInfo};

use crate::{PaymentsWrite, transfer_proofs::transfer_proof_view::TransferProofView};

/// Upload the file of a transfer
///
/// A photograph, a screenshot or a PDF of at most 4 MiB (4,194,304 bytes). Another one takes the place of the one before, until
/// the transfer is accepted or rejected.
#[utoipa::path(
    put, path = "/api/v1/transfer-proofs/{id}/file",
    responses(
        (status = 200, body = Envelope<TransferProofView>),
        (status = 409, description = "TRANSFER_PROOF_WRONG_STATE, TRANSFER_PROOF_TOO_MANY_FILES")
    )
)]
pub async fn put_transfer_proof_file(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    Id(id): Id<TransferProofId>,
    FileBody { kind, bytes }: FileBody,
) -> Result<Reply, Problem> {
    let file = &ProofFile::of(kind, &bytes, api.now());
    let proofs = TransferProofs::new(api.table(), caller.scope);
    let (api, caller, info, size) = (&api, &caller, &info, bytes.len());
    let proof = until_settled(Problem::conflict, || async move {
        let found = proofs.get(id).await?.ok_or_else(Problem::not_found)?;
        let before = caller.open(api, found).await?;
        let Some(after) = before.with_file(file.clone(), api.now())? else { return Ok(Race::Settled(before)) };
        let kept = KeptFiles::new(api.table(), caller.scope);
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let keeping = kept.needed(&after.place(file), size, api.now()).await?;
        let mut transaction = Transaction::new();
        proofs.save(&mut transaction, &after)?;
        if let Some(keeping) = keeping {
            let cause = LimitCause { event: EventId::new(api.new_ulid()), cause: info.into() };
            kept.insert(&mut transaction, &keeping, cause)?;
        }
        match api.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(after)),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await?;
    store(api, &proof, file, bytes.to_vec()).await?;
    if !still_names(&proofs, &proof, file).await? {
        // The person was erased in between: whoever deleted the files did not find this one.
        api.delete_object(&proof.place(file)).await?;
        KeptFiles::new(api.table(), caller.scope).forget(&proof.place(file), api.now()).await?;
        return Err(Problem::not_found());
    }
    Ok(Reply::ok(&TransferProofView::from(&proof))?.version(proof.version))
}

async fn store(api: &Api, proof: &TransferProof, file: &ProofFile, bytes: Vec<u8>) -> Result<(), Problem> {
    Ok(api.put_object(&proof.place(file), file.kind.media_type(), bytes).await?)
}

/// Whether the row names the file still.
async fn still_names(proofs: &TransferProofs<'_>, proof: &TransferProof, file: &ProofFile) -> Result<bool, Problem> {
    let now = proofs.get(proof.id).await?.map(|proof| proof.trusted("it was opened before"));
    Ok(now.is_some_and(|now| now.files.iter().any(|known| known.hash == file.hash)))
}
