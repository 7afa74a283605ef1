//! The changes of the levels of one SKU: additions under the conditions that nobody takes what is gone, and that what is told of
//! them is true.

use kernel::{Sku, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, TableError, TenantScope, Transaction, Write};

use crate::{
    LocationCode, StockCrossing, StockError, StockItem, StockLevel, StockNow,
    edges::{Edges, crossings},
};

/// A SKU that is at its low mark, or below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LowStock {
    /// Which.
    pub sku: Sku,
    /// The mark.
    pub low_at: u32,
    /// Since when.
    pub since: Timestamp,
}

impl Record for LowStock {
    const ROWS: &'static [&'static str] = &["STOCKLOW / {sku}"];
}

/// What a transaction does to what is available: of which SKU something is to be told.
pub type StockNews = Vec<(Sku, StockCrossing)>;

/// By how many the numbers of a level change.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Delta {
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    pub(crate) allocated: i64,
}

impl Delta {
    const fn available(self) -> i64 {
        self.on_hand - self.reserved - self.allocated
    }
}

/// The changes of the levels of one SKU in one transaction, and what they cross.
pub(crate) struct LevelChanges<'a> {
    scope: TenantScope,
    stock: &'a StockNow,
    /// How many are available after the changes so far.
    available: i64,
    pub(crate) told: StockNews,
    now: Timestamp,
    /// Whether what is on hand must be as it was read.
    counted: bool,
}

impl<'a> LevelChanges<'a> {
    pub(crate) fn of(scope: TenantScope, stock: &'a StockNow, now: Timestamp) -> Self {
        Self { scope, stock, available: stock.available(), told: Vec::new(), now, counted: false }
    }

    /// Only as long as what is on hand is as it was read.
    pub(crate) fn counted(self) -> Self {
        Self { counted: true, ..self }
    }

    pub(crate) fn add(
        &mut self,
        transaction: &mut Transaction,
        (location, bucket): (&LocationCode, u8),
        delta: Delta,
    ) -> Result<(), TableError> {
        let sku = &self.stock.item.sku;
        let read = self.stock.level(location, bucket);
        let mut write = Write::update::<StockLevel>(level_key(self.scope, sku, location, bucket))
            .set_if_missing("location", location.as_str())
            .set_if_missing("bucket", bucket);
        let numbers = [
            ("onHand", delta.on_hand, 0),
            ("reserved", delta.reserved, 0),
            ("allocated", delta.allocated, 0),
            ("available", delta.available(), self.floor(&read, delta)),
        ];
        for (name, by, least) in numbers {
            write = write.add(name, by);
            if by < 0 {
                write = write.when(at_least(name, least.saturating_sub(by)));
            }
        }
        if delta.available() != 0 {
            let StockItem { low_at, backorder_limit, .. } = self.stock.item;
            let edges = Edges { low_at, backorder_limit };
            let rest = self.available.saturating_sub(read.available);
            let (crossed, bounds) = crossings(read.available, rest, delta.available(), edges);
            if bounds.least > i64::MIN {
                write = write.when(at_least("available", bounds.least));
            }
            if bounds.most < i64::MAX {
                write = write.when(below("available", bounds.most.saturating_add(1)));
            }
            self.available = self.available.saturating_add(delta.available());
            self.tell(transaction, &crossed)?;
        }
        if self.counted {
            let missing = (read.on_hand == 0).then_some(Condition::Missing("onHand"));
            let as_read = Condition::Equals("onHand", read.on_hand.into());
            write = write.when(Condition::AnyOf(missing.into_iter().chain([as_read]).collect()));
        }
        transaction.add(write);
        Ok(())
    }

    /// The least that may be available afterwards: nothing, or what may be sold before it is there. Staff takes away only what is
    /// there.
    fn floor(&self, read: &StockLevel, delta: Delta) -> i64 {
        let by_staff = delta.on_hand != 0;
        if by_staff || read.available >= -delta.available() { 0 } else { -i64::from(self.stock.item.backorder_limit) }
    }

    fn tell(&mut self, transaction: &mut Transaction, crossed: &[StockCrossing]) -> Result<(), TableError> {
        let sku = &self.stock.item.sku;
        for one in crossed {
            match (one, self.stock.item.low_at) {
                (StockCrossing::Low, Some(low_at)) => {
                    let low = LowStock { sku: sku.clone(), low_at, since: self.now };
                    transaction.add(Write::put(low_key(self.scope, sku), &low)?);
                }
                (StockCrossing::Enough, _) => {
                    transaction.add(Write::delete(low_key(self.scope, sku)));
                }
                (StockCrossing::Low, None) | (StockCrossing::Out | StockCrossing::Back, _) => {}
            }
            self.told.push((sku.clone(), *one));
        }
        Ok(())
    }
}

/// A missing number is zero.
fn at_least(name: &'static str, least: i64) -> Condition {
    if least <= 0 {
        Condition::AnyOf(vec![Condition::Missing(name), Condition::AtLeast(name, least)])
    } else {
        Condition::AtLeast(name, least)
    }
}

fn below(name: &'static str, most: i64) -> Condition {
    if most > 0 {
        Condition::AnyOf(vec![Condition::Missing(name), Condition::Below(name, most)])
    } else {
        Condition::Below(name, most)
    }
}

pub(crate) fn level_key(scope: TenantScope, sku: &Sku, location: &LocationCode, bucket: u8) -> Key {
    scope.key(format_args!("STOCK#{sku}"), format_args!("LEVEL#{location}#{bucket:02}"))
}

pub(crate) fn low_key(scope: TenantScope, sku: &Sku) -> Key {
    scope.key("STOCKLOW", sku)
}

/// By how many each bucket of a location changes.
pub(crate) fn parts(stock: &StockNow, location: &LocationCode, delta: i64) -> Result<Vec<(u8, i64)>, StockError> {
    let buckets = stock.item.buckets.max(1);
    let mut levels: Vec<StockLevel> = (0..buckets).map(|bucket| stock.level(location, bucket)).collect();
    if delta >= 0 {
        // As even as it can be: the rest goes to the emptiest.
        levels.sort_by_key(|level| (level.available, level.bucket));
        let all = i64::from(buckets);
        let part = |place: i64| delta / all + i64::from(place < delta % all);
        let parts = (0..all).zip(&levels).map(|(place, level)| (level.bucket, part(place)));
        return Ok(parts.filter(|(bucket, part)| *part > 0 || *bucket == 0).collect());
    }
    levels.sort_by_key(|level| (-level.available, level.bucket));
    let (mut left, mut parts) = (-delta, Vec::new());
    for level in &levels {
        let here = level.available.max(0).min(left);
        if here > 0 {
            parts.push((level.bucket, -here));
            left -= here;
        }
    }
    if left > 0 {
        return Err(StockError::Kept { sku: stock.item.sku.clone(), kept: stock.kept_at(location) });
    }
    Ok(parts)
}
