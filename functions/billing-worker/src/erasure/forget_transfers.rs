//! What a customer, or a tenant of the platform, told of transfers goes with them: the files, the notes and the words of the bank.

use cloud::Ctx;
use kernel::Party;
use payments::TransferProofs;
use table::{TenantScope, Transaction, pages::PageRequest};
use tenancy::limits::KeptFiles;

use crate::{erasure::commit, error::BillingError};

/// Deletes the files of everything that the party told of transfers, and leaves what the books need. Safe to repeat. A query
/// and a batch read per twenty, and for each that has something one transaction, and for each of its files one call, one read and one transaction.
///
/// # Errors
/// Those of the table and of the object store; `Outrun` when one of them changed meanwhile.
pub(crate) async fn forget_transfers(ctx: &Ctx, scope: TenantScope, party: Party) -> Result<(), BillingError> {
    let proofs = TransferProofs::new(ctx.table(), scope);
    let mut request = PageRequest::default();
    loop {
        let page = proofs.list_of(party, None, &request).await?;
        for proof in page.items {
            let Some(bare) = proof.forgotten(ctx.now()) else { continue };
            // Before the row forgets where they are.
            for file in &proof.files {
                ctx.delete_object(&proof.place(file)).await?;
                KeptFiles::new(ctx.table(), scope).forget(&proof.place(file), ctx.now()).await?;
            }
            let mut transaction = Transaction::new();
            proofs.save(&mut transaction, &bare)?;
            commit(ctx, transaction).await?;
        }
        if page.last.is_none() {
            return Ok(());
        }
        request.after = page.last;
    }
}
