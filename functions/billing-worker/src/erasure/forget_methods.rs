//! The payment methods that a customer, or a tenant of the platform, saved go with them.

use cloud::Ctx;
use kernel::Party;
use payments::SavedMethods;
use table::{TenantScope, Transaction};

use crate::{erasure::commit, error::BillingError};

/// Empties the party's book: nothing in it is charged any more, and the agenda has each method taken away at its
/// provider, and the customer deleted at Stripe. Safe to
/// repeat. One read of the book; where it has something, one of its methods and one transaction of 3 writes for each and 2 more.
///
/// # Errors
/// Those of the table; `Outrun` when the book changed meanwhile.
pub(crate) async fn forget_methods(ctx: &Ctx, scope: TenantScope, party: Party) -> Result<(), BillingError> {
    let methods = SavedMethods::new(ctx.table(), scope);
    let book = methods.book(party).await?;
    if book.methods.is_empty() && book.stripe_customer.is_none() {
        return Ok(());
    }
    let mut transaction = Transaction::new();
    for leaving in methods.of(&book).await?.into_iter().filter_map(|method| method.removed()) {
        methods.remove(&mut transaction, &leaving, ctx.now())?;
    }
    methods.save_forgotten(&mut transaction, &book.forgotten(), ctx.now())?;
    commit(ctx, transaction).await
}
