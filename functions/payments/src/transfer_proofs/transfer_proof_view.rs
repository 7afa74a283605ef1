//! What was told of a transfer, as callers see it.

use kernel::{FileKind, InvoiceId, Money, Party, PaymentId, Timestamp, TransferProofId};
use payments::{ProofFile, TransferProof, TransferProofState, TransferProofStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// What a customer told of a transfer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransferProofView {
    pub id: TransferProofId,
    /// Who transferred.
    pub customer_id: Party,
    /// For which invoice; null for the balance.
    pub invoice_id: Option<InvoiceId>,
    /// How much, in minor units.
    pub amount: Money,
    /// When, as the customer says.
    pub transferred_at: Option<Timestamp>,
    /// What the customer's bank says of it.
    pub reference: Option<String>,
    /// What else the customer says.
    pub note: Option<String>,
    /// The file that shows it; null until one was sent.
    pub file: Option<ProofFileView>,
    pub status: TransferProofStatus,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// As which payment it was recorded, once it was accepted.
    pub payment_id: Option<PaymentId>,
    /// When it was accepted or rejected.
    pub decided_at: Option<Timestamp>,
    /// When it was told.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A file that shows a transfer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofFileView {
    /// What it is.
    pub content_type: FileKind,
    /// How large, in bytes.
    pub size_bytes: u64,
    /// When it was sent.
    pub sent_at: Timestamp,
}

impl From<&ProofFile> for ProofFileView {
    fn from(file: &ProofFile) -> Self {
        Self { content_type: file.kind, size_bytes: file.size_bytes, sent_at: file.at }
    }
}

impl From<&TransferProof> for TransferProofView {
    fn from(proof: &TransferProof) -> Self {
        let (payment_id, decided_at) = match proof.state {
            TransferProofState::Open => (None, None),
            TransferProofState::Accepted { payment_id, at } => (Some(payment_id), Some(at)),
            TransferProofState::Rejected { at } => (None, Some(at)),
        };
        Self {
            id: proof.id,
            customer_id: proof.party,
            invoice_id: proof.invoice_id,
            amount: proof.amount,
            transferred_at: proof.transferred_at,
            reference: proof.reference.clone(),
            note: proof.note.clone(),
            file: proof.files.last().map(ProofFileView::from),
            status: proof.status(),
            reason: proof.reason.clone(),
            payment_id,
            decided_at,
            created_at: proof.created_at,
            updated_at: proof.updated_at,
        }
    }
}
