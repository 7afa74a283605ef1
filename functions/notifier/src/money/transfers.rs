//! `transfer_proof.rejected`: the money of a transfer was not found. Of one that was accepted, its payment tells.

use cloud::Ctx;
use events::{Told, transfer_proof::TransferProofRejected};
use messaging::{Values, catalogue::TRANSFER_REJECTED};
use payments::TransferProofs;

use crate::{
    NotifierError,
    announcer::Announcer,
    money::customer::{Matter, tell_of},
};

/// To the customer who told of it, with the reason that staff gave. One round trip for that, and those of [`tell_of`].
pub(crate) async fn rejected(ctx: Ctx, Told { event, data }: Told<TransferProofRejected>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let proof = TransferProofs::new(ctx.table(), announcer.scope()).get(data.transfer_proof_id).await?;
    let proof = proof.map(|proof| proof.trusted("the notifier writes to the customer itself"));
    // It is gone with the person who told of the transfer.
    let Some(reason) = proof.and_then(|proof| proof.reason) else { return Ok(()) };
    let says = Values::new().money("amount", data.amount).text("reason", &reason);
    let matter =
        Matter { name: data.transfer_proof_id.to_string(), invoice: data.invoice_id, customer: data.customer_id };
    tell_of(&announcer, matter, TRANSFER_REJECTED, says).await
}
