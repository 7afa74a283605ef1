//! What is told of stock.

use cloud::Ctx;
use events::UNVERSIONED;
use kernel::TenantId;
use stock::StockNews;
use table::{TableError, Transaction};
use web::RequestInfo;

/// Adds what is told of a change to its transaction.
pub(crate) fn tell(
    ctx: &Ctx,
    transaction: &mut Transaction,
    (tenant, info): (TenantId, &RequestInfo),
    told: &StockNews,
) -> Result<(), TableError> {
    stock::tell(transaction, told, || ctx.event_meta(tenant, info, UNVERSIONED))
}
