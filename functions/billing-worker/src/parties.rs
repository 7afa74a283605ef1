//! Who asks for the money and who is asked, as they are called today: an invoice keeps these words.

use std::sync::Arc;

use billing::{Buyer, Seller, Subscriber};
use cloud::Ctx;
use identity::{UserStatus, Users};
use kernel::TenantId;
use table::{TableError, TenantScope};
use tenancy::{Tenant, Tenants};

use crate::desk::Desk;

/// The tenant, at most a minute old.
pub(crate) async fn tenant(ctx: &Ctx, desk: &Desk, id: TenantId) -> Result<Arc<Tenant>, TableError> {
    if let Some(known) = desk.known_tenant(id, ctx.now()) {
        return Ok(known);
    }
    let read = Tenants::new(ctx.table()).get(id).await?;
    let read = Arc::new(read.ok_or_else(|| TableError::Corrupt(format!("no tenant {id}")))?);
    desk.remember_tenant(&read, ctx.now());
    Ok(read)
}

/// The seller on a tenant's invoices.
pub(crate) fn seller(tenant: &Tenant) -> Seller {
    Seller { name: tenant.name.as_str().to_owned(), zone: tenant.timezone.clone() }
}

/// The buyer: a customer by name; a tenant, in the platform's books, by its own name and its owner's address. `None` for
/// a customer who was erased: a tombstone is sold nothing.
pub(crate) async fn buyer(
    ctx: &Ctx,
    desk: &Desk,
    scope: TenantScope,
    subscriber: Subscriber,
) -> Result<Option<Buyer>, TableError> {
    match subscriber {
        Subscriber::User(id) => {
            let user = Users::new(ctx.table(), scope).get(id).await?;
            let user = user.ok_or_else(|| TableError::Corrupt(format!("no user {id}")))?;
            let is_erased = user.status == UserStatus::Erased;
            Ok((!is_erased).then(|| Buyer { name: user.display_name(), email: user.email }))
        }
        Subscriber::Tenant(id) => {
            let customer = tenant(ctx, desk, id).await?;
            let owner = Users::new(ctx.table(), TenantScope::new(id)).get(customer.owner).await?;
            let owner = owner.ok_or_else(|| TableError::Corrupt(format!("no owner of {id}")))?;
            Ok(Some(Buyer { name: customer.name.as_str().to_owned(), email: owner.email }))
        }
    }
}
