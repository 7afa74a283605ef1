//! A SKU and what there is of it, as it is shown.

use kernel::{Sku, Timestamp};
use serde::Serialize;
use stock::{LocationCode, StockLevel, StockNow};
use utoipa::ToSchema;

/// A SKU and what there is of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InventoryView {
    /// Which.
    pub sku: Sku,
    /// How many there are, over all locations.
    #[schema(example = 10)]
    pub on_hand: i64,
    /// How many are kept for carts. One that has run out counts until it is given back: within a minute, or at once where
    /// its goods are wanted.
    #[schema(example = 2)]
    pub reserved: i64,
    /// How many are kept for orders.
    #[schema(example = 3)]
    pub allocated: i64,
    /// `onHand - reserved - allocated`; below zero where more was sold than is there.
    #[schema(example = 5)]
    pub available: i64,
    /// How many are on their way.
    #[schema(example = 40)]
    pub incoming: u32,
    /// How many may be sold that are not there yet.
    #[schema(example = 0)]
    pub backorder_limit: u32,
    /// At how many available units `stock.ran_low` is published; null for never.
    #[schema(example = 5)]
    pub low_at: Option<u32>,
    /// Into how many rows each location's stock is split.
    #[schema(example = 1, minimum = 1, maximum = 16)]
    pub buckets: u8,
    /// The same by location.
    pub locations: Vec<StockAtView>,
    /// When the SKU was made.
    pub created_at: Timestamp,
}

/// What there is at a location.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockAtView {
    /// Where.
    pub location: LocationCode,
    /// How many there are.
    #[schema(example = 10)]
    pub on_hand: i64,
    /// How many are kept for carts.
    #[schema(example = 2)]
    pub reserved: i64,
    /// How many are kept for orders.
    #[schema(example = 3)]
    pub allocated: i64,
    /// How many are available.
    #[schema(example = 5)]
    pub available: i64,
}

impl From<&StockNow> for InventoryView {
    fn from(stock: &StockNow) -> Self {
        let sum = |of: fn(&StockLevel) -> i64| stock.levels.iter().map(of).sum();
        let mut locations: Vec<StockAtView> = Vec::new();
        for level in &stock.levels {
            match locations.iter_mut().find(|at| at.location == level.location) {
                Some(at) => {
                    at.on_hand += level.on_hand;
                    at.reserved += level.reserved;
                    at.allocated += level.allocated;
                    at.available += level.available;
                }
                None => locations.push(StockAtView {
                    location: level.location.clone(),
                    on_hand: level.on_hand,
                    reserved: level.reserved,
                    allocated: level.allocated,
                    available: level.available,
                }),
            }
        }
        Self {
            sku: stock.item.sku.clone(),
            on_hand: sum(|level| level.on_hand),
            reserved: sum(|level| level.reserved),
            allocated: sum(|level| level.allocated),
            available: stock.available(),
            incoming: stock.item.incoming,
            backorder_limit: stock.item.backorder_limit,
            low_at: stock.item.low_at,
            buckets: stock.item.buckets,
            locations,
            created_at: stock.item.created_at,
        }
    }
}
