//! `GET /api/v1/products/{id}/price-history`: how a product's prices changed, newest change first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query of the product, one of
//! the changes.

use axum::extract::State;
use catalogue::{PriceEntry, PriceMove, Products};
use kernel::{Money, ProductId, Timestamp, VariantId};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Id, PageOf, Pager, Problem, Reply};

use crate::ProductsWrite;

/// A change of prices.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PriceChangeView {
    /// When.
    pub at: Timestamp,
    /// What changed.
    pub changes: Vec<ChangedPrice>,
}

/// A price that changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedPrice {
    pub variant_id: VariantId,
    /// What one cost until then; null when it was not sold in the currency.
    pub before: Option<Money>,
    /// What one costs since; null when it is not sold in the currency any more.
    pub after: Option<Money>,
}

/// List price changes of a product
///
/// Since it was on sale for the first time; entries are added and never changed. For staff. The lowest price of the 30 days before
/// a reduction is at each price of the product itself, as `priorPrice`.
#[utoipa::path(
    get, path = "/api/v1/products/{id}/price-history", responses((status = 200, body = PageOf<PriceChangeView>))
)]
pub async fn list_product_prices(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    pager: Pager,
    Id(id): Id<ProductId>,
) -> Result<Reply, Problem> {
    let products = Products::new(api.table(), caller.scope);
    products.get(id).await?.ok_or_else(Problem::not_found)?;
    let page = products.history(id, &pager.request()).await?;
    Reply::page(page.items.into_iter().map(PriceChangeView::from).collect(), pager.info(&api, page.last)?)
}

impl From<PriceEntry> for PriceChangeView {
    fn from(entry: PriceEntry) -> Self {
        Self { at: entry.at, changes: entry.moves.into_iter().map(ChangedPrice::from).collect() }
    }
}

impl From<PriceMove> for ChangedPrice {
    fn from(PriceMove { variant_id, before, after }: PriceMove) -> Self {
        Self { variant_id, before, after }
    }
}
