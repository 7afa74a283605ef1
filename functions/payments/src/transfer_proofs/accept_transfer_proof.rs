//! `POST /api/v1/transfer-proofs/{id}/accept`: the money of a transfer is there.
//!
//! What was told becomes a payment in the transaction that closes it, so that it can become no second one. Round trips: one
//! rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if there is
//! one, one read, two of the invoice, one transaction of the row, payment, invoice, journal, balance, audit entry, events and
//! idempotency row; from the first read on again for every race that is lost.

use axum::extract::State;
use cashier::{Cashier, providers};
use events::{Cause, transfer_proof::TransferProofAccepted};
use kernel::{Money, PaymentId, Provider, Timestamp, TransferProofId};
use payments::{ChargeOrder, Means, Method, NewPayment, Payer, Payment, Purpose, TransferProof, TransferProofs};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    PaymentsWrite, TRANSFER_PROOF_ACCEPTED,
    payments::record::{Reference, came_in},
    transfer_proofs::transfer_proof_view::TransferProofView,
};

/// What the bank's statement says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AcceptTransferProof {
    /// How much came in; what the customer told when left out.
    pub amount: Option<Money>,
    /// What the statement says of it; what the customer told when left out.
    pub reference: Option<Reference>,
    /// When it came in; when the customer transferred it when left out, or now.
    pub received_at: Option<Timestamp>,
    /// What becomes of the money; it pays the invoice that it was told for when left out.
    #[serde(default)]
    #[schema(required = false)]
    pub uses: TransferUse,
}

/// What becomes of the money of a transfer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferUse {
    /// It pays the invoice that it was told for, and more than is due stays on the balance.
    #[default]
    Invoice,
    /// All of it goes to the balance: for an invoice that was paid meanwhile.
    Balance,
}

/// Accept a transfer proof
///
/// The money was found on the account. It is recorded as a `bank_transfer`: it pays the invoice at once, and what is more than
/// due, or was told for the balance, is on the balance.
#[utoipa::path(
    post, path = "/api/v1/transfer-proofs/{id}/accept",
    responses(
        (status = 200, body = Envelope<TransferProofView>),
        (status = 403, description = "FORBIDDEN: a customer's own"),
        (status = 409, description = "INVOICE_ALREADY_PAID, INVOICE_WRONG_STATE, TRANSFER_PROOF_WRONG_STATE"),
        (status = 422, description = "AMOUNT_NOT_SUPPORTED, AMOUNT_MISMATCH: another currency")
    )
)]
pub async fn accept_transfer_proof(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    edit: Edit,
    Id(id): Id<TransferProofId>,
    Json(body): Json<AcceptTransferProof>,
) -> Result<Reply, Problem> {
    if body.received_at.is_some_and(|at| at > api.now()) {
        return Err(Problem::invalid("/receivedAt", "INVALID_VALUE", "it cannot come in later than now"));
    }
    let cause = Cause::from(&edit.info);
    let cashier = &Cashier { ctx: &api, scope: caller.scope, cause: &cause };
    let provider = providers::get(&api, caller.tenant(), Provider::Manual).await?;
    let proofs = TransferProofs::new(api.table(), caller.scope);
    let payment_id = PaymentId::new(api.new_ulid());
    let (api, caller, edit, body, provider) = (&api, &caller, &edit, &body, provider.as_ref());
    let outcome = until_settled(Problem::conflict, || async move {
        let found = proofs.get(id).await?.ok_or_else(Problem::not_found)?;
        let before = caller.open(api, found).await?;
        caller.must_reach_all()?;
        edit.if_match.check(before.version)?;
        let after = before.accept(payment_id, api.now())?;
        let begun = Payment::begin(new_payment(&before, payment_id, body, api.now()), provider.capabilities())?;
        let (payment, amount) = came_in(provider, &charge_for(&before, &begun, body, api.now()), &begun).await?;
        let mut transaction = Transaction::new();
        let slot = proofs.save(&mut transaction, &after)?;
        cashier.payments().insert(&mut transaction, &payment)?;
        let settled = cashier.settle(&mut transaction, &payment, amount).await?;
        if let Some(why) = settled.refused {
            return Err(why.into());
        }
        cashier.tell(&mut transaction, &payment)?;
        let told = TransferProofAccepted {
            transfer_proof_id: id,
            invoice_id: after.invoice_id,
            customer_id: after.party,
            amount,
            payment_id,
        };
        api.insert_event(&mut transaction, caller.tenant(), &edit.info, after.version, &told)?;
        let entry = caller.entry(api, &edit.info, TRANSFER_PROOF_ACCEPTED).about(id);
        entry.with("payment", payment_id.to_string()).insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&TransferProofView::from(&after))?.version(after.version);
        match edit.key.try_commit(api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            // It was decided, or the invoice changed meanwhile: look again.
            Err(cancelled) if cancelled.failed(slot).is_some() || settled.lost_a_race(&cancelled) => Ok(Race::Lost),
            Err(_) => Err(Problem::conflict()),
        }
    })
    .await;
    edit.key.settle(api, outcome).await
}

/// The payment that it becomes.
fn new_payment(proof: &TransferProof, id: PaymentId, body: &AcceptTransferProof, now: Timestamp) -> NewPayment {
    let purpose = match (proof.invoice_id, body.uses) {
        (Some(invoice_id), TransferUse::Invoice) => Purpose::Invoice { invoice_id },
        (Some(_), TransferUse::Balance) | (None, _) => Purpose::Deposit,
    };
    NewPayment {
        id,
        tenant_id: proof.tenant_id,
        payer: proof.party,
        purpose,
        amount: body.amount.unwrap_or(proof.amount),
        method: Method::BankTransfer,
        now,
    }
}

/// What the books are told of it. Nobody is asked for money, so that neither items nor a name are needed.
fn charge_for(proof: &TransferProof, payment: &Payment, body: &AcceptTransferProof, now: Timestamp) -> ChargeOrder {
    let reference = body.reference.as_ref().map(|reference| reference.0.clone()).or_else(|| proof.reference.clone());
    let received_at = body.received_at.or(proof.transferred_at).unwrap_or(now);
    ChargeOrder {
        payment: payment.id,
        tenant: payment.tenant_id,
        amount: payment.amount,
        method: payment.method,
        items: Vec::new(),
        payer: Payer { name: String::new(), email: None },
        return_url: None,
        means: Means::Transfer { reference, received_at },
        payable: None,
    }
}
