//! `customer.erased`, `user.erased`: what they looked at and bought is forgotten. Models that were made of it hold numbers of products,
//! and nobody's name.
//!
//! Round trips: one transaction.

use cloud::Ctx;
use events::{Told, customer::CustomerErased, user::UserErased};
use kernel::TenantId;
use recommend::{Behaviours, Shopper};
use table::TenantScope;

use crate::RecommendationWorkError;

/// Forgets a customer.
pub(crate) async fn forget_customer(ctx: Ctx, told: Told<CustomerErased>) -> Result<(), RecommendationWorkError> {
    forget(&ctx, told.event.tenant_id, Shopper::Customer(told.data.customer_id)).await
}

/// Forgets a user.
pub(crate) async fn forget_user(ctx: Ctx, told: Told<UserErased>) -> Result<(), RecommendationWorkError> {
    forget(&ctx, told.event.tenant_id, Shopper::User(told.data.user_id)).await
}

async fn forget(ctx: &Ctx, tenant: TenantId, shopper: Shopper) -> Result<(), RecommendationWorkError> {
    Ok(Behaviours::new(ctx.table(), TenantScope::new(tenant)).forget(shopper).await?)
}
