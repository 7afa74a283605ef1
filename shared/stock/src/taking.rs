//! From which levels something is taken.

use kernel::Sku;
use serde::{Deserialize, Serialize};

use crate::{LocationCode, StockError, StockLevel, StockLocation, StockNow};

/// Units of a SKU from one level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockTaking {
    /// Of what.
    pub sku: Sku,
    /// From where.
    pub location: LocationCode,
    /// From which bucket.
    pub bucket: u8,
    /// How many.
    pub quantity: u32,
}

impl StockNow {
    /// From which levels to take `wanted` units: the first location that has some, and within it the bucket that `seed`
    /// chooses and those after it. What is not there is taken from the first location's first bucket, as far as it may be
    /// sold before it is there.
    ///
    /// # Errors
    /// `Insufficient`.
    pub(crate) fn take(
        &self,
        wanted: u32,
        seed: u128,
        locations: &[StockLocation],
    ) -> Result<Vec<StockTaking>, StockError> {
        let mut takings: Vec<StockTaking> = Vec::new();
        let mut left = wanted;
        for level in self.in_order(seed, locations) {
            let here = u32::try_from(level.available.max(0)).unwrap_or(u32::MAX).min(left);
            if here > 0 {
                takings.push(self.taking(level.location.clone(), level.bucket, here));
                left -= here;
            }
        }
        if left > 0 {
            let sold_before = -self.levels.iter().map(|level| level.available.min(0)).sum::<i64>();
            let more = (i64::from(self.item.backorder_limit) - sold_before).max(0);
            if i64::from(left) > more {
                // All that could be had: what is there, and what may still be sold before it is.
                let available = i64::from(wanted - left) + more;
                return Err(StockError::Insufficient { sku: self.item.sku.clone(), available, wanted });
            }
            let first = locations.iter().min_by_key(|one| (one.priority, &one.code));
            let location = first.map_or_else(LocationCode::main, |location| location.code.clone());
            match takings.iter_mut().find(|taking| taking.location == location && taking.bucket == 0) {
                Some(taking) => taking.quantity += left,
                None => takings.push(self.taking(location, 0, left)),
            }
        }
        Ok(takings)
    }

    /// From which location the first of `wanted` units would be taken now; none where there are too few.
    pub fn taken_from(&self, wanted: u32, locations: &[StockLocation]) -> Option<LocationCode> {
        self.take(wanted, 0, locations).ok()?.into_iter().next().map(|taking| taking.location)
    }

    fn taking(&self, location: LocationCode, bucket: u8, quantity: u32) -> StockTaking {
        StockTaking { sku: self.item.sku.clone(), location, bucket, quantity }
    }

    /// The levels in the order in which they are taken from.
    fn in_order(&self, seed: u128, locations: &[StockLocation]) -> Vec<&StockLevel> {
        let priority = |level: &StockLevel| {
            let known = locations.iter().find(|location| location.code == level.location);
            known.map_or(u16::MAX, |location| location.priority)
        };
        let buckets = u128::from(self.item.buckets.max(1));
        let turn = |level: &StockLevel| (u128::from(level.bucket) + buckets - seed % buckets) % buckets;
        let mut levels: Vec<&StockLevel> = self.levels.iter().collect();
        levels.sort_by_key(|level| (priority(level), level.location.clone(), turn(level)));
        levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StockItem;

    fn level(location: &str, bucket: u8, available: i64) -> StockLevel {
        let empty = StockLevel::empty(location.parse().unwrap(), bucket);
        StockLevel { on_hand: available.max(0), available, ..empty }
    }

    fn now(backorder_limit: u32, buckets: u8, levels: &[StockLevel]) -> StockNow {
        let item = StockItem::new("A".parse().unwrap(), "2026-12-01T00:00:00Z".parse().unwrap());
        StockNow { item: StockItem { backorder_limit, buckets, ..item }, levels: levels.to_vec() }
    }

    fn at(code: &str, priority: u16) -> StockLocation {
        StockLocation { code: code.parse().unwrap(), priority, ..StockLocation::main() }
    }

    fn taken(now: &StockNow, wanted: u32, seed: u128) -> Result<Vec<(String, u8, u32)>, StockError> {
        let takings = now.take(wanted, seed, &[at("bandung", 2), at("main", 1)])?;
        Ok(takings.into_iter().map(|one| (one.location.to_string(), one.bucket, one.quantity)).collect())
    }

    #[test]
    fn a_refusal_says_how_many_could_be_had_and_never_fewer_than_none() {
        let could = |stock: &StockNow, wanted: u32| match taken(stock, wanted, 0) {
            Err(StockError::Insufficient { available, .. }) => available,
            other => panic!("{other:?}"),
        };
        let owing = now(0, 1, &[level("main", 0, -1)]);
        assert_eq!(could(&owing, 1), 0);
        let text = taken(&owing, 1, 0).unwrap_err().to_string();
        assert_eq!(text, "of A 0 are available, and 1 are wanted");
        // Two of three are sold before they are there: one more may be.
        let some = now(3, 1, &[level("main", 0, -2), level("bandung", 0, 4)]);
        assert_eq!(could(&some, 6), 5);
        assert!(taken(&some, 5, 0).is_ok());
    }

    #[test]
    fn the_first_location_is_emptied_first() {
        let stock = now(0, 1, &[level("bandung", 0, 5), level("main", 0, 2)]);
        assert_eq!(taken(&stock, 2, 0).unwrap(), [("main".to_owned(), 0, 2)]);
        let locations = [at("bandung", 2), at("main", 1)];
        assert_eq!(stock.taken_from(2, &locations), Some(LocationCode::main()));
        assert_eq!(stock.taken_from(2, &[at("bandung", 1), at("main", 2)]), "bandung".parse().ok());
        assert_eq!(stock.taken_from(8, &locations), None);
        assert_eq!(taken(&stock, 3, 0).unwrap(), [("main".to_owned(), 0, 2), ("bandung".to_owned(), 0, 1)]);
        let refused = taken(&stock, 8, 0).unwrap_err();
        assert_eq!(refused, StockError::Insufficient { sku: "A".parse().unwrap(), available: 7, wanted: 8 });
    }

    #[test]
    fn buckets_take_turns_and_spill_into_the_next() {
        let stock = now(0, 3, &[level("main", 0, 1), level("main", 1, 1), level("main", 2, 1)]);
        for seed in 0..3 {
            assert_eq!(taken(&stock, 1, seed).unwrap(), [("main".to_owned(), u8::try_from(seed).unwrap(), 1)]);
        }
        let both = [("main".to_owned(), 2, 1), ("main".to_owned(), 0, 1)];
        assert_eq!(taken(&stock, 2, 2).unwrap(), both);
    }

    #[test]
    fn what_is_not_there_yet_is_sold_up_to_its_limit() {
        let stock = now(3, 1, &[level("main", 0, 1)]);
        assert_eq!(taken(&stock, 4, 0).unwrap(), [("main".to_owned(), 0, 4)]);
        assert!(taken(&stock, 5, 0).is_err());
        let sold = now(3, 1, &[level("main", 0, -2)]);
        assert_eq!(taken(&sold, 1, 0).unwrap(), [("main".to_owned(), 0, 1)]);
        assert!(taken(&sold, 2, 0).is_err());
        assert_eq!(taken(&now(1, 1, &[]), 1, 0).unwrap(), [("main".to_owned(), 0, 1)]);
    }
}
