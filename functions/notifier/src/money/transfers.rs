//! `transfer_proof.rejected`: the money of a transfer was not found. Of one that was accepted, its payment tells.

use cloud::Ctx;
use events::{Told, transfer_proof::TransferProofRejected};
use messaging::{Values, catalogue::TRANSFER_REJECTED};

use crate::{
    NotifierError,
    announcer::Announcer,
    money::customer::{Matter, tell_of},
};

/// To the customer who told of it.
pub(crate) async fn rejected(ctx: Ctx, Told { event, data }: Told<TransferProofRejected>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let says = Values::new().money("amount", data.amount);
    let matter =
        Matter { name: data.transfer_proof_id.to_string(), invoice: data.invoice_id, customer: data.customer_id };
    tell_of(&announcer, matter, TRANSFER_REJECTED, says).await
}
