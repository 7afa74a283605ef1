//! A recount, as staff sees it.

use analytics::{SalesRecount, SalesRecountState};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A recount of all orders.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SalesRecountView {
    /// How it stands.
    pub status: SalesRecountState,
    /// How many orders were looked at so far.
    #[schema(example = 1_200)]
    pub orders: u64,
    /// For how many of them the sums were off, and were corrected.
    #[schema(example = 0)]
    pub corrected: u64,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// When all orders were looked at; null while it runs.
    pub finished_at: Option<Timestamp>,
}

impl From<&SalesRecount> for SalesRecountView {
    fn from(recount: &SalesRecount) -> Self {
        Self {
            status: recount.state,
            orders: recount.orders,
            corrected: recount.corrected,
            started_at: recount.started_at,
            finished_at: recount.finished_at,
        }
    }
}
