//! `GET /api/v1/inventory/locations`: where goods are kept.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use serde::Serialize;
use stock::{LocationCode, LocationName, StockLocation, Stocks};
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::InventoryRead;

/// A place where goods are kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockLocationView {
    /// Its short name.
    pub code: LocationCode,
    /// What it is called.
    pub name: LocationName,
    /// Goods are taken from the lowest number first.
    #[schema(example = 100)]
    pub priority: u16,
}

impl From<StockLocation> for StockLocationView {
    fn from(StockLocation { code, name, priority, version: _ }: StockLocation) -> Self {
        Self { code, name, priority }
    }
}

/// List stock locations
///
/// In the order in which goods are taken from them. Every tenant has `main`.
#[utoipa::path(get, path = "/api/v1/inventory/locations", responses((status = 200, body = PageOf<StockLocationView>)))]
pub async fn list_stock_locations(
    State(api): State<Api>,
    caller: Caller<InventoryRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let all = Stocks::new(api.table(), caller.scope).locations().await?;
    pager.cut(&api, all.into_iter().map(StockLocationView::from).collect(), |view| {
        format!("{:05}{}", view.priority, view.code)
    })
}
