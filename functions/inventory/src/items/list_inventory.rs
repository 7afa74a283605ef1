//! `GET /api/v1/inventory`: SKUs and what there is of them, by name.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query of the index, one
//! query for each SKU of the page, side by side.

use axum::extract::State;
use futures::future::try_join_all;
use stock::Stocks;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{InventoryRead, items::inventory_view::InventoryView};

/// List inventory
///
/// By name. A SKU that was made a moment ago may be missing.
#[utoipa::path(get, path = "/api/v1/inventory", responses((status = 200, body = PageOf<InventoryView>)))]
pub async fn list_inventory(
    State(api): State<Api>,
    caller: Caller<InventoryRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let stocks = Stocks::new(api.table(), caller.scope);
    let page = stocks.list(&pager.request()).await?;
    let found = try_join_all(page.items.iter().map(|item| stocks.get(&item.sku))).await?;
    let views = found.iter().flatten().map(InventoryView::from).collect();
    Reply::page(views, pager.info(&api, page.last)?)
}
