//! The ledger of what goes in and out.

use kernel::{MovementId, Sku, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::LocationCode;

/// What kind of movement it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// Staff changed how many are on hand.
    Adjustment,
    /// An order keeps some.
    Allocation,
    /// An order that was cancelled gives back what it kept.
    Release,
    /// An order's goods left.
    Sale,
    /// Goods that left came back into an order's keeping: their fulfilment was cancelled.
    Cancellation,
    /// A customer sent goods back.
    Return,
}

/// Why staff changed how many are on hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MovementReason {
    /// New goods came.
    Received,
    /// Somebody counted.
    Counted,
    /// They are broken.
    Damaged,
    /// They are not to be found.
    Lost,
    /// They were given away.
    GivenAway,
    /// An earlier entry was wrong.
    Correction,
}

/// A movement, as stored. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockMovement {
    /// Its id.
    pub id: MovementId,
    /// Of what.
    pub sku: Sku,
    /// Where.
    pub location: LocationCode,
    /// What kind.
    pub kind: MovementKind,
    /// By how many the goods on hand grew; below zero when they left. Zero where only what is kept changed.
    pub on_hand: i64,
    /// By how many those that are kept for orders grew.
    pub allocated: i64,
    /// Why; of an adjustment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<MovementReason>,
    /// Who did it; `None` where nobody did by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// For what: the id of a reservation or an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Record for StockMovement {
    const ROWS: &'static [&'static str] = &["STOCKMOVES#{sku} / MOVE#{movement}"];
}
