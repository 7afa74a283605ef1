//! `POST /api/v1/transfer-proofs/{id}/reject`: the money of a transfer could not be found.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one transaction of the row, audit entry, event and idempotency row; from the read on again
//! for every race that is lost.

use axum::extract::State;
use events::transfer_proof::TransferProofRejected;
use kernel::{TransferProofId, line_without_address};
use payments::TransferProofs;
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{PaymentsWrite, TRANSFER_PROOF_REJECTED, transfer_proofs::transfer_proof_view::TransferProofView};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RejectTransferProof {
    /// Why, for the customer to read.
    pub reason: RejectionReason,
}

/// Why a transfer is rejected: 1 to 200 characters on one line.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "Why a transfer is rejected, for the customer to read",
    value_type = String, format = "plain-line-without-addresses", min_length = 1, max_length = 200,
    example = "No such transfer came in on the account"
)]
pub struct RejectionReason(String);

impl TryFrom<String> for RejectionReason {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let line = line_without_address(&text, 200);
        line.map(Self).ok_or("use 1 to 200 visible characters on one line, without ://")
    }
}

/// Reject a transfer proof
///
/// The money was not found on the account. The customer is told, and can tell of the transfer anew.
#[utoipa::path(
    post, path = "/api/v1/transfer-proofs/{id}/reject",
    responses(
        (status = 200, body = Envelope<TransferProofView>),
        (status = 403, description = "FORBIDDEN: a customer's own"),
        (status = 409, description = "TRANSFER_PROOF_WRONG_STATE")
    )
)]
pub async fn reject_transfer_proof(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    edit: Edit,
    Id(id): Id<TransferProofId>,
    Json(body): Json<RejectTransferProof>,
) -> Result<Reply, Problem> {
    let proofs = TransferProofs::new(api.table(), caller.scope);
    let RejectionReason(reason) = &body.reason;
    let (api, caller, edit) = (&api, &caller, &edit);
    let outcome = until_settled(Problem::conflict, || async move {
        let found = proofs.get(id).await?.ok_or_else(Problem::not_found)?;
        let before = caller.open(api, found).await?;
        caller.must_reach_all()?;
        edit.if_match.check(before.version)?;
        let after = before.reject(reason.clone(), api.now())?;
        let mut transaction = Transaction::new();
        let slot = proofs.save(&mut transaction, &after)?;
        let told = TransferProofRejected {
            transfer_proof_id: id,
            invoice_id: after.invoice_id,
            customer_id: after.party,
            amount: after.amount,
        };
        api.insert_event(&mut transaction, caller.tenant(), &edit.info, after.version, &told)?;
        caller.entry(api, &edit.info, TRANSFER_PROOF_REJECTED).about(id).insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&TransferProofView::from(&after))?.version(after.version);
        match edit.key.try_commit(api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            Err(cancelled) if cancelled.failed(slot).is_some() => Ok(Race::Lost),
            Err(_) => Err(Problem::conflict()),
        }
    })
    .await;
    edit.key.settle(api, outcome).await
}
