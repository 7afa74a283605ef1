//! `GET /api/v1/inventory/{sku}/movements`: what went in and out of the stock of a SKU.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query of the SKU beside one
//! of its ledger.

use axum::extract::State;
use kernel::{MovementId, Sku, Timestamp, UserId};
use serde::Serialize;
use stock::{LocationCode, MovementKind, MovementReason, StockMovement, Stocks};
use utoipa::ToSchema;
use web::{Api, Caller, Id, PageOf, Pager, Problem, Reply};

use crate::InventoryRead;

/// An entry of the ledger of stock.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockMovementView {
    pub id: MovementId,
    /// Where.
    pub location: LocationCode,
    /// What kind.
    pub kind: MovementKind,
    /// By how many the goods on hand grew; below zero when they left.
    #[schema(example = -2)]
    pub on_hand: i64,
    /// By how many those that are kept for orders grew.
    #[schema(example = 0)]
    pub allocated: i64,
    /// Why; of an adjustment.
    pub reason: Option<MovementReason>,
    /// Who did it; null where nobody did by hand, or a server of the tenant's.
    pub by: Option<UserId>,
    /// For what: the id of an order.
    #[schema(example = "ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub of: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl From<StockMovement> for StockMovementView {
    fn from(movement: StockMovement) -> Self {
        let StockMovement { id, sku: _, location, kind, on_hand, allocated, reason, by, of, at } = movement;
        Self { id, location, kind, on_hand, allocated, reason, by, of, at }
    }
}

/// List stock movements
///
/// Newest first; none is ever changed.
#[utoipa::path(
    get, path = "/api/v1/inventory/{sku}/movements", responses((status = 200, body = PageOf<StockMovementView>))
)]
pub async fn list_stock_movements(
    State(api): State<Api>,
    caller: Caller<InventoryRead>,
    pager: Pager,
    Id(sku): Id<Sku>,
) -> Result<Reply, Problem> {
    let (stocks, request) = (Stocks::new(api.table(), caller.scope), pager.request());
    let (known, page) = tokio::try_join!(stocks.get(&sku), stocks.movements(&sku, &request))?;
    known.ok_or_else(Problem::not_found)?;
    Reply::page(page.items.into_iter().map(StockMovementView::from).collect(), pager.info(&api, page.last)?)
}
