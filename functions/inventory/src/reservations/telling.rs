//! What is told of stock.

use cloud::Ctx;
use kernel::TenantId;
use stock::Told;
use table::{TableError, Transaction};
use web::RequestInfo;

/// Adds what is told of a change to its transaction.
pub(crate) fn tell(
    ctx: &Ctx,
    transaction: &mut Transaction,
    (tenant, info): (TenantId, &RequestInfo),
    told: &Told,
) -> Result<(), TableError> {
    stock::tell(transaction, told, |version| ctx.event_meta(tenant, info, version))
}
