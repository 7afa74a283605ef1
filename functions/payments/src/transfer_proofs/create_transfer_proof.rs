//! `POST /api/v1/transfer-proofs`: a customer tells of a bank transfer.
//!
//! Nothing is booked: staff looks for the money on the account first. Round trips: one rate-limit write beside one read of the
//! caller's standing (none when known), one read of the key, one of the invoice, or of the customer for the balance (two where
//! none is named), one transaction of the row, its pointer, audit entry, event and idempotency row.

use axum::extract::State;
use events::transfer_proof::TransferProofSubmitted;
use kernel::{CustomerId, InvoiceId, Money, Party, Timestamp, TransferProofId, line_without_address};
use payments::{NewTransferProof, TransferProof, TransferProofs};
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PaymentsWrite, TRANSFER_PROOF_SUBMITTED,
    payments::{
        create_payment::{invoice_in_reach, still_due},
        record::Reference,
    },
    transfer_proofs::transfer_proof_view::TransferProofView,
    wallet::owner::owner,
};

/// A transfer that was made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "amount": { "amount": 498_390, "currency": "IDR" },
    "transferredAt": "2026-11-20T03:00:00.000Z", "reference": "TRF 4711", "note": "From my wife's account"
}))]
pub struct CreateTransferProof {
    /// The invoice that it is to pay; for the balance when left out.
    pub invoice_id: Option<InvoiceId>,
    /// How much, in the invoice's currency.
    pub amount: Money,
    /// When it was made.
    pub transferred_at: Option<Timestamp>,
    /// What the bank says of it, 1 to 100 characters on one line.
    pub reference: Option<Reference>,
    /// What else there is to say.
    pub note: Option<TransferNote>,
    /// For the balance: whose; a member names one.
    pub customer_id: Option<CustomerId>,
}

/// What a customer says of a transfer: 1 to 300 characters on one line.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "What a customer says of a transfer",
    value_type = String, format = "plain-line-without-addresses", min_length = 1, max_length = 300,
    example = "From my wife's account"
)]
pub struct TransferNote(String);

impl TryFrom<String> for TransferNote {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let line = line_without_address(&text, 300);
        line.map(Self).ok_or("use 1 to 300 visible characters on one line, without ://")
    }
}

/// Create a transfer proof
///
/// Send the file that shows it to `…/file` next. Staff looks for the money on the account, and accepts or rejects it.
#[utoipa::path(
    post, path = "/api/v1/transfer-proofs",
    responses(
        (status = 201, body = Envelope<TransferProofView>),
        (status = 404, description = "NOT_FOUND: there is no such invoice or customer"),
        (status = 409, description = "CUSTOMER_ERASED, INVOICE_ALREADY_PAID, INVOICE_WRONG_STATE"),
        (status = 422, description = "TRANSFER_PROOF_AMOUNT: not more than nothing")
    )
)]
pub async fn create_transfer_proof(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateTransferProof>,
) -> Result<Reply, Problem> {
    if body.transferred_at.is_some_and(|at| at > api.now()) {
        return Err(Problem::invalid("/transferredAt", "INVALID_VALUE", "it cannot be made later than now"));
    }
    let new = NewTransferProof {
        id: TransferProofId::new(api.new_ulid()),
        tenant_id: caller.tenant(),
        party: who_pays(&api, &caller, &body).await?,
        invoice_id: body.invoice_id,
        amount: body.amount,
        transferred_at: body.transferred_at,
        reference: body.reference.map(|reference| reference.0),
        note: body.note.map(|TransferNote(note)| note),
    };
    let proof = TransferProof::told(new, api.now())?;
    let mut transaction = Transaction::new();
    TransferProofs::new(api.table(), caller.scope).insert(&mut transaction, &proof)?;
    let told = TransferProofSubmitted {
        transfer_proof_id: proof.id,
        invoice_id: proof.invoice_id,
        customer_id: proof.party,
        amount: proof.amount,
    };
    api.insert_event(&mut transaction, caller.tenant(), &info, proof.version, &told)?;
    let entry = caller.entry(&api, &info, TRANSFER_PROOF_SUBMITTED).about(proof.id);
    entry.insert(&mut transaction, caller.scope)?;
    let reply = Reply::created(&TransferProofView::from(&proof))?.version(proof.version);
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

/// Who is billed by the invoice that is to be paid, or whose balance it is for.
async fn who_pays(api: &Api, caller: &Caller<PaymentsWrite>, body: &CreateTransferProof) -> Result<Party, Problem> {
    let Some(id) = body.invoice_id else {
        return Ok(Party::Customer(owner(api, caller, body.customer_id).await?.id));
    };
    if body.customer_id.is_some() {
        let detail = "an invoice names its customer: leave this out";
        return Err(Problem::invalid("/customerId", "INVALID_VALUE", detail));
    }
    let invoice = invoice_in_reach(api, caller, id).await?;
    still_due(&invoice)?;
    if body.amount.currency() != invoice.currency {
        return Err(Problem::invalid("/amount", "INVALID_VALUE", "use the invoice's currency"));
    }
    Ok(invoice.bill_to.party)
}
