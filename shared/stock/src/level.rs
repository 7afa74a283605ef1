//! A SKU and how much of it there is.

use kernel::{Sku, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;

use crate::{LocationCode, StockError, bounds::BUCKETS_MAX};

/// A SKU and the rules for its stock, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockItem {
    /// Which.
    pub sku: Sku,
    /// At how many available units somebody is told; `None` for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_at: Option<u32>,
    /// How many may be sold that are not there yet.
    #[serde(default)]
    pub backorder_limit: u32,
    /// How many are on their way.
    #[serde(default)]
    pub incoming: u32,
    /// Into how many rows each location's stock is split: one takes about 500 reservations a second, and each more as many
    /// again (DynamoDB writes 1,000 units a second to one partition, and a transaction costs two for each row).
    pub buckets: u8,
    /// When it was stored first.
    pub created_at: Timestamp,
    /// Raised by every change of these rules, from 1.
    pub version: u64,
}

/// How much of a SKU there is in one bucket of a location, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockLevel {
    /// Where.
    pub location: LocationCode,
    /// In which bucket, from 0.
    pub bucket: u8,
    /// How many are there.
    pub on_hand: i64,
    /// How many are kept for carts.
    pub reserved: i64,
    /// How many are kept for orders.
    pub allocated: i64,
    /// `onHand - reserved - allocated`: by itself, because no condition of DynamoDB can subtract. Below zero where more was
    /// sold than is there.
    pub available: i64,
}

/// A SKU and its levels as they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockNow {
    /// The SKU.
    pub item: StockItem,
    /// Its levels by location and bucket.
    pub levels: Vec<StockLevel>,
}

impl Record for StockItem {
    const ROWS: &'static [&'static str] = &["STOCK#{sku} / ITEM"];
}

impl Record for StockLevel {
    const ROWS: &'static [&'static str] = &["STOCK#{sku} / LEVEL#{location}#{bucket}"];
}

impl StockItem {
    /// A SKU that nothing is known of yet.
    pub fn new(sku: Sku, now: Timestamp) -> Self {
        Self { sku, low_at: None, backorder_limit: 0, incoming: 0, buckets: 1, created_at: now, version: 0 }
    }

    /// With other rules, in its next version.
    ///
    /// # Errors
    /// `Buckets` when there were to be fewer, none or too many.
    pub fn ruled(&self, low_at: Option<u32>, backorder_limit: u32, buckets: u8) -> Result<Self, StockError> {
        if buckets < self.buckets || buckets == 0 || buckets > BUCKETS_MAX {
            return Err(StockError::Buckets);
        }
        Ok(Self { low_at, backorder_limit, buckets, version: self.version + 1, ..self.clone() })
    }
}

impl StockLevel {
    /// Nothing.
    pub const fn empty(location: LocationCode, bucket: u8) -> Self {
        Self { location, bucket, on_hand: 0, reserved: 0, allocated: 0, available: 0 }
    }
}

impl StockNow {
    /// After `delta` units more were counted at a location: as it is shown, whichever bucket they are in.
    #[must_use]
    pub fn counted(mut self, location: &LocationCode, delta: i64) -> Self {
        if self.at(location).next().is_none() {
            self.levels.push(StockLevel::empty(location.clone(), 0));
        }
        if let Some(level) = self.levels.iter_mut().find(|level| level.location == *location) {
            level.on_hand += delta;
            level.available += delta;
        }
        self
    }

    /// How many are available, over all levels.
    pub fn available(&self) -> i64 {
        self.levels.iter().map(|level| level.available).sum()
    }

    /// Whether one can be bought: there are some, or some may be sold that are not there yet.
    pub fn can_be_bought(&self) -> bool {
        self.available().saturating_add(i64::from(self.item.backorder_limit)) > 0
    }

    /// How many are kept for carts and orders at a location.
    pub fn kept_at(&self, location: &LocationCode) -> i64 {
        self.at(location).map(|level| level.reserved + level.allocated).sum()
    }

    /// How many are on hand at a location.
    pub fn on_hand_at(&self, location: &LocationCode) -> i64 {
        self.at(location).map(|level| level.on_hand).sum()
    }

    /// The levels of a location.
    pub fn at<'a>(&'a self, location: &'a LocationCode) -> impl Iterator<Item = &'a StockLevel> {
        self.levels.iter().filter(move |level| level.location == *location)
    }

    /// The level of a bucket, which is empty where it was never written.
    pub fn level(&self, location: &LocationCode, bucket: u8) -> StockLevel {
        let known = self.at(location).find(|level| level.bucket == bucket).cloned();
        known.unwrap_or_else(|| StockLevel::empty(location.clone(), bucket))
    }
}
