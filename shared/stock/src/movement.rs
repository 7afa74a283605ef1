//! The ledger of what goes in and out.

use kernel::{MovementId, Sku, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::{LocationCode, StockTaking};

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

impl StockMovement {
    /// What the ledger says of an order's goods that were allocated, given back or sent: one entry for each SKU and location.
    /// `of` is the order.
    pub fn of_takings(
        kind: MovementKind,
        takings: &[StockTaking],
        (of, at): (&str, Timestamp),
        new_id: impl Fn() -> MovementId,
    ) -> Vec<Self> {
        let mut entries: Vec<Self> = Vec::new();
        for taking in takings {
            let units = i64::from(taking.quantity);
            let (on_hand, allocated) = match kind {
                MovementKind::Allocation => (0, units),
                MovementKind::Release => (0, -units),
                MovementKind::Sale => (-units, -units),
                MovementKind::Cancellation => (units, units),
                MovementKind::Return | MovementKind::Adjustment => (units, 0),
            };
            let is_same = |entry: &&mut Self| entry.sku == taking.sku && entry.location == taking.location;
            if let Some(entry) = entries.iter_mut().find(is_same) {
                entry.on_hand += on_hand;
                entry.allocated += allocated;
                continue;
            }
            entries.push(Self {
                id: new_id(),
                sku: taking.sku.clone(),
                location: taking.location.clone(),
                kind,
                on_hand,
                allocated,
                reason: None,
                by: None,
                of: Some(of.to_owned()),
                at,
            });
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_one_entry_for_each_sku_and_location() {
        let taking = |sku: &str, location: &str, bucket: u8| StockTaking {
            sku: sku.parse().unwrap(),
            location: location.parse().unwrap(),
            bucket,
            quantity: 2,
        };
        let takings =
            [taking("A", "main", 0), taking("A", "main", 1), taking("A", "bandung", 0), taking("B", "main", 0)];
        let at = "2026-12-01T00:00:00Z".parse().unwrap();
        let of = |kind| {
            let entries = StockMovement::of_takings(kind, &takings, ("ord_1", at), || MovementId::new(ulid::Ulid(1)));
            entries.into_iter().map(|entry| (entry.on_hand, entry.allocated)).collect::<Vec<_>>()
        };
        assert_eq!(of(MovementKind::Allocation), [(0, 4), (0, 2), (0, 2)]);
        assert_eq!(of(MovementKind::Sale), [(-4, -4), (-2, -2), (-2, -2)]);
        assert_eq!(of(MovementKind::Release), [(0, -4), (0, -2), (0, -2)]);
    }
}
