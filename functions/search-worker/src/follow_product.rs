//! A product changed, or what is there of it: it is laid over the index as it is now.
//!
//! Round trips: of a SKU one read of whose it is; those of [`search_index::record`], which reads the product.

use catalogue::Products;
use cloud::Ctx;
use kernel::{ProductId, Sku, TenantId};
use search_index::record;
use table::TenantScope;

use crate::{SearchWorkError, reading::ProductReading};

/// What follows for a product.
pub(crate) async fn follow_product(ctx: &Ctx, tenant: TenantId, id: ProductId) -> Result<(), SearchWorkError> {
    let scope = TenantScope::new(tenant);
    Ok(record(ctx, scope, id, &ProductReading { ctx, scope, id }).await?)
}

/// What follows for the product of a SKU; some are of none.
pub(crate) async fn follow_sku(ctx: &Ctx, tenant: TenantId, sku: &Sku) -> Result<(), SearchWorkError> {
    match Products::new(ctx.table(), TenantScope::new(tenant)).owner_of(sku).await? {
        Some((product, _)) => follow_product(ctx, tenant, product).await,
        None => Ok(()),
    }
}
