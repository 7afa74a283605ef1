//! `GET /api/v1/inventory/alerts`: what is at its low mark, or below.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use kernel::{Sku, Timestamp};
use serde::Serialize;
use stock::{LowStock, Stocks};
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::InventoryRead;

/// A SKU at its low mark.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LowStockView {
    /// Which.
    pub sku: Sku,
    /// The mark that it crossed.
    #[schema(example = 5)]
    pub low_at: u32,
    /// Since when.
    pub since: Timestamp,
}

impl From<LowStock> for LowStockView {
    fn from(LowStock { sku, low_at, since }: LowStock) -> Self {
        Self { sku, low_at, since }
    }
}

/// List low stock
///
/// By name: each SKU from the moment when it crossed its low mark until there is more again. `stock.ran_low` is published once for
/// each crossing.
#[utoipa::path(get, path = "/api/v1/inventory/alerts", responses((status = 200, body = PageOf<LowStockView>)))]
pub async fn list_low_stock(
    State(api): State<Api>,
    caller: Caller<InventoryRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let page = Stocks::new(api.table(), caller.scope).low(&pager.request()).await?;
    Reply::page(page.items.into_iter().map(LowStockView::from).collect(), pager.info(&api, page.last)?)
}
