//! Who asks for the money and who is asked, as they are called today: an invoice keeps these words.

use std::sync::Arc;

use billing::{Buyer, Seller};
use cloud::Ctx;
use customers::{Customer, Customers};
use identity::{UserStatus, Users};
use kernel::{Party, TenantId};
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

/// The buyer: a customer as it is printed; a tenant, in the platform's books, by its own name and its owner's address. `None` for
/// a customer who was erased: a tombstone is sold nothing.
pub(crate) async fn buyer(
    ctx: &Ctx,
    desk: &Desk,
    scope: TenantScope,
    party: Party,
) -> Result<Option<Buyer>, TableError> {
    match party {
        Party::Customer(id) => {
            let customer = Customers::new(ctx.table(), scope).get(id).await?;
            let customer = customer.ok_or_else(|| TableError::Corrupt(format!("no customer {id}")))?;
            let customer = customer.trusted("the worker acts for the tenant");
            if customer.is_erased() || is_about_to_be(ctx, scope, &customer).await? {
                return Ok(None);
            }
            let name = customer.printed_name().to_owned();
            Ok(Some(Buyer { name, email: customer.contact.email }))
        }
        Party::Tenant(id) => {
            let customer = tenant(ctx, desk, id).await?;
            let owner = Users::new(ctx.table(), TenantScope::new(id)).get(customer.owner).await?;
            let owner = owner.ok_or_else(|| TableError::Corrupt(format!("no owner of {id}")))?;
            Ok(Some(Buyer { name: customer.name.as_str().to_owned(), email: Some(owner.email) }))
        }
    }
}

/// Whether all users of a person were erased, which erases the customer as soon as the event of it arrives.
async fn is_about_to_be(ctx: &Ctx, scope: TenantScope, customer: &Customer) -> Result<bool, TableError> {
    if customer.contact.company.is_some() || customer.users.is_empty() {
        return Ok(false);
    }
    let users = Users::new(ctx.table(), scope);
    for id in &customer.users {
        if users.get(*id).await?.is_some_and(|user| user.status != UserStatus::Erased) {
            return Ok(false);
        }
    }
    Ok(true)
}
