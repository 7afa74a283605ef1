//! The bank accounts that withdrawals went to go with the person, or the tenant, whose they were.

use cloud::Ctx;
use kernel::Party;
use payments::Withdrawals;
use table::{TenantScope, Transaction, pages::PageRequest};

use crate::{erasure::commit, error::BillingError};

/// Takes the account off every withdrawal that has ended; one that is on its way loses it when it ends. Safe to repeat. A query
/// and a batch read per twenty withdrawals, and one transaction for each that has one.
///
/// # Errors
/// Those of the table; `Outrun` when one of them changed meanwhile.
pub(crate) async fn forget_accounts(ctx: &Ctx, scope: TenantScope, party: Party) -> Result<(), BillingError> {
    let withdrawals = Withdrawals::new(ctx.table(), scope);
    let mut request = PageRequest::default();
    loop {
        let page = withdrawals.list_of(party, None, &request).await?;
        for bare in page.items.into_iter().filter_map(|withdrawal| withdrawal.forgotten(ctx.now())) {
            let mut transaction = Transaction::new();
            withdrawals.save(&mut transaction, &bare)?;
            commit(ctx, transaction).await?;
        }
        if page.last.is_none() {
            return Ok(());
        }
        request.after = page.last;
    }
}
