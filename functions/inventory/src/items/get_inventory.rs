//! `GET /api/v1/inventory/{sku}`: a SKU and what there is of it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use kernel::Sku;
use stock::Stocks;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{InventoryRead, items::inventory_view::InventoryView};

/// Get the inventory of a SKU
///
/// Over all locations, and at each. The `ETag` is of its rules, which are changed by `PUT`; how many there are changes at any
/// time.
#[utoipa::path(get, path = "/api/v1/inventory/{sku}", responses((status = 200, body = Envelope<InventoryView>)))]
pub async fn get_inventory(
    State(api): State<Api>,
    caller: Caller<InventoryRead>,
    Id(sku): Id<Sku>,
) -> Result<Reply, Problem> {
    let stock = Stocks::new(api.table(), caller.scope).get(&sku).await?.ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&InventoryView::from(&stock))?.version(stock.item.version))
}
