//! The rows of a tenant's stock.
//!
//! `STOCK#<sku>` / `ITEM` is a SKU and `LEVEL#<location>#<bucket>` what there is of it, so that one query shows both.
//! `STOCKRSV#<id>` is a reservation, `STOCKHOLD#<sku>` / `<id>` points to it, `STOCKMOVES#<sku>` is the ledger, `STOCKLOW` lists
//! what is at its low mark, `STOCKLOCS` the locations. Every change of a level is an addition under the condition that
//! enough is there: nobody waits for anybody, and nobody takes what is gone.

use kernel::{ReservationId, Sku, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use table::{
    Condition, Key, MAX_WRITES, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, agenda,
    from_item,
    pages::{self, Listed, PageRequest, Walk},
};

use crate::{
    LocationCode, LowStock, Reservation, ReservationState, StockCrossing, StockError, StockItem, StockLocation,
    StockMovement, StockNews, StockNow, StockTaking, StockWanted, StocksError,
    bounds::MOST,
    changes::{Delta, LevelChanges, level_key, low_key, parts},
    reservation::check,
};

/// What is written beside the goods of a reservation where they are given back: the reservation, its place on the agenda, the cart and
/// its pointer, an audit entry, the row of an idempotency key.
const BESIDE_GIVEN_BACK: usize = 6;

/// What a reservation keeps of a SKU: where to look when one has run out and its goods are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockHold {
    pub(crate) reservation: ReservationId,
    pub(crate) expires_at: Timestamp,
}

impl Record for StockHold {
    const ROWS: &'static [&'static str] = &["STOCKHOLD#{sku} / {reservation}"];
}

/// The stock of one tenant.
#[derive(Clone, Copy)]
pub struct Stocks<'a> {
    pub(crate) table: &'a dyn Table,
    pub(crate) scope: TenantScope,
}

impl<'a> Stocks<'a> {
    /// That of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// A SKU and its levels. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, sku: &Sku) -> Result<Option<StockNow>, TableError> {
        let (mut item, mut levels) = (None, Vec::new());
        let mut walk = Walk::new(self.table, Query::partition(self.scope.partition(format_args!("STOCK#{sku}"))));
        while let Some(rows) = walk.next().await? {
            for row in rows {
                let sort = row.get("SK").and_then(Value::as_str).unwrap_or_default();
                if sort == "ITEM" {
                    item = Some(from_item(row)?);
                } else if sort.starts_with("LEVEL#") {
                    levels.push(from_item(row)?);
                }
            }
        }
        Ok(item.map(|item| StockNow { item, levels }))
    }

    /// A page of the SKUs, by name. One round trip, and one more for each SKU for its levels, side by side.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<StockItem>, TableError> {
        pages::page(self.table, Query::gsi1(self.scope.partition("STOCK")), request, |_| true).await
    }

    /// A page of what is at its low mark, by name. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn low(&self, request: &PageRequest) -> Result<Listed<LowStock>, TableError> {
        pages::page(self.table, Query::partition(self.scope.partition("STOCKLOW")), request, |_| true).await
    }

    /// A page of the ledger of a SKU, newest first. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn movements(&self, sku: &Sku, request: &PageRequest) -> Result<Listed<StockMovement>, TableError> {
        let moves = Query::partition(self.scope.partition(format_args!("STOCKMOVES#{sku}"))).descending();
        pages::page(self.table, moves, request, |_| true).await
    }

    /// One reservation. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn reservation(&self, id: ReservationId) -> Result<Option<Reservation>, TableError> {
        self.table.get(&self.reservation_key(id)).await?.map(from_item).transpose()
    }

    /// Which reservations of a SKU have run out and still keep something. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn run_out(&self, sku: &Sku, now: Timestamp) -> Result<Vec<ReservationId>, TableError> {
        let query = Query::partition(self.scope.partition(format_args!("STOCKHOLD#{sku}")));
        let holds: Vec<StockHold> = pages::all(self.table, query).await?;
        Ok(holds.into_iter().filter(|hold| now >= hold.expires_at).map(|hold| hold.reservation).collect())
    }

    /// The SKUs of a reservation as they are. One round trip for each, side by side.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` when a SKU is gone: none ever is.
    pub async fn of_reservation(&self, reservation: &Reservation) -> Result<Vec<StockNow>, TableError> {
        let skus = skus(reservation);
        let found = futures::future::try_join_all(skus.iter().map(|sku| self.get(sku))).await?;
        let gone = || TableError::Corrupt(format!("a SKU of {} is gone", reservation.id));
        found.into_iter().map(|stock| stock.ok_or_else(gone)).collect()
    }

    /// Adds to a transaction that a reservation that has run out gives back what it kept; `None` when it keeps nothing any
    /// more, or has not run out. One round trip, and one for each SKU.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn lapse(
        &self,
        transaction: &mut Transaction,
        id: ReservationId,
        now: Timestamp,
    ) -> Result<Option<StockNews>, TableError> {
        let kept = |found: &Reservation| found.state == ReservationState::Active && now >= found.expires_at;
        let Some(found) = self.reservation(id).await?.filter(kept) else { return Ok(None) };
        let Ok(ended) = found.ended(now) else { return Ok(None) };
        let stocks = self.of_reservation(&ended).await?;
        self.give_back(transaction, &ended, &stocks, now).map(Some)
    }

    /// Adds to a transaction what another low mark changes: `before` is the one that held, and how many were available then.
    /// What is told of it.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn judge(
        &self,
        transaction: &mut Transaction,
        stock: &StockNow,
        before: (Option<u32>, i64),
        now: Timestamp,
    ) -> Result<StockNews, TableError> {
        let is_low = |(mark, available): (Option<u32>, i64)| mark.is_some_and(|mark| available <= i64::from(mark));
        let (was, is) = (is_low(before), is_low((stock.item.low_at, stock.available())));
        if is && (!was || before.0 != stock.item.low_at) {
            let low =
                LowStock { sku: stock.item.sku.clone(), low_at: stock.item.low_at.unwrap_or_default(), since: now };
            transaction.add(Write::put(low_key(self.scope, &stock.item.sku), &low)?);
        } else if was && !is {
            transaction.add(Write::delete(low_key(self.scope, &stock.item.sku)));
        }
        let told = (is && !was).then(|| (stock.item.sku.clone(), StockCrossing::Low));
        Ok(told.into_iter().collect())
    }

    /// Adds the rules of a SKU to a transaction, in the place of the version before them.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub fn save_item(&self, transaction: &mut Transaction, item: &StockItem) -> Result<Slot, TableError> {
        let row = Write::put(self.key(&item.sku, "ITEM"), item)?.gsi1(self.scope.gsi1("STOCK", &item.sku));
        Ok(transaction.add(row.when(Condition::follows(item.version))))
    }

    /// Adds a change of how many are on hand at a location to a transaction: new goods go to the emptiest buckets, and what is taken
    /// away comes from where it is available. What is told of it.
    ///
    /// # Errors
    /// `Kept` when carts and orders keep more than would be left, `TooMany`.
    pub fn adjust(
        &self,
        transaction: &mut Transaction,
        stock: &StockNow,
        (location, delta): (&LocationCode, i64),
        now: Timestamp,
    ) -> Result<StockNews, StocksError> {
        if stock.on_hand_at(location).saturating_add(delta) > MOST {
            return Err(StockError::TooMany.into());
        }
        let mut change = LevelChanges::of(self.scope, stock, now);
        for (bucket, delta) in parts(stock, location, delta)? {
            change.add(transaction, (location, bucket), Delta { on_hand: delta, ..Delta::default() })?;
        }
        Ok(change.told)
    }

    /// Adds to a transaction that so many are on hand at a location; it fails when that changed since it was read. What is told
    /// of it.
    ///
    /// # Errors
    /// As [`Self::adjust`].
    pub fn count(
        &self,
        transaction: &mut Transaction,
        stock: &StockNow,
        (location, on_hand): (&LocationCode, i64),
        now: Timestamp,
    ) -> Result<StockNews, StocksError> {
        if on_hand > MOST {
            return Err(StockError::TooMany.into());
        }
        let parts = parts(stock, location, on_hand.saturating_sub(stock.on_hand_at(location)))?;
        let mut change = LevelChanges::of(self.scope, stock, now).counted();
        for (bucket, delta) in &parts {
            change.add(transaction, (location, *bucket), Delta { on_hand: *delta, ..Delta::default() })?;
        }
        for level in stock.at(location).filter(|level| parts.iter().all(|(bucket, _)| *bucket != level.bucket)) {
            let key = level_key(self.scope, &stock.item.sku, location, level.bucket);
            transaction.add(Write::check(key).when(Condition::Equals("onHand", level.on_hand.into())));
        }
        Ok(change.told)
    }

    /// Adds a new reservation to a transaction: of each SKU as many as are wanted, or the transaction fails. Only what can be given back
    /// in one transaction: a write for each level, and for each SKU its hold, its low mark and an event.
    ///
    /// # Errors
    /// `Lines`, `Insufficient`, `Scattered`.
    pub fn reserve(
        &self,
        transaction: &mut Transaction,
        (id, wanted): (ReservationId, &[StockWanted]),
        (stocks, locations): (&[StockNow], &[StockLocation]),
        now: Timestamp,
    ) -> Result<(Reservation, StockNews), StocksError> {
        check(wanted)?;
        let (mut takings, mut told) = (Vec::new(), Vec::new());
        for (one, stock) in wanted.iter().zip(stocks) {
            let from = stock.take(one.quantity, id.ulid().0, locations)?;
            let mut change = LevelChanges::of(self.scope, stock, now);
            for taking in &from {
                let reserved = i64::from(taking.quantity);
                let delta = Delta { reserved, ..Delta::default() };
                change.add(transaction, (&taking.location, taking.bucket), delta)?;
            }
            told.extend(change.told);
            takings.extend(from);
        }
        let marks = stocks.iter().filter(|stock| stock.item.low_at.is_some()).count();
        if takings.len() + 2 * wanted.len() + marks + BESIDE_GIVEN_BACK > MAX_WRITES {
            return Err(StockError::Scattered.into());
        }
        let reservation = Reservation::of(id, takings, now);
        self.put(transaction, &reservation)?;
        for one in wanted {
            let hold = StockHold { reservation: id, expires_at: reservation.expires_at };
            transaction.add(Write::put(self.hold_key(&one.sku, id), &hold)?);
        }
        agenda::set(transaction, self.scope, agenda::DueKind::ReservationEnd, id, reservation.expires_at)?;
        Ok((reservation, told))
    }

    /// Adds to a transaction that a reservation is kept longer.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn extend(&self, transaction: &mut Transaction, extended: &Reservation) -> Result<(), TableError> {
        self.put(transaction, extended)?;
        for sku in skus(extended) {
            let hold = StockHold { reservation: extended.id, expires_at: extended.expires_at };
            transaction.add(Write::put(self.hold_key(sku, extended.id), &hold)?);
        }
        agenda::set(transaction, self.scope, agenda::DueKind::ReservationEnd, extended.id, extended.expires_at)?;
        Ok(())
    }

    /// Adds to a transaction that a reservation gives back what it kept. `ended` is what it became, `stocks` are those of its
    /// SKUs as they are.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn give_back(
        &self,
        transaction: &mut Transaction,
        ended: &Reservation,
        stocks: &[StockNow],
        now: Timestamp,
    ) -> Result<StockNews, TableError> {
        self.leave(transaction, ended)?;
        let delta = |units: i64| Delta { reserved: -units, ..Delta::default() };
        self.change_each(transaction, &ended.takings, stocks, (now, delta))
    }

    /// Adds to a transaction that an order takes over what a reservation kept, with the entries of the ledger. `committed` is
    /// what the reservation became.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn allocate(
        &self,
        transaction: &mut Transaction,
        committed: &Reservation,
        stocks: &[StockNow],
        now: Timestamp,
    ) -> Result<(), TableError> {
        self.leave(transaction, committed)?;
        let delta = |units: i64| Delta { reserved: -units, allocated: units, ..Delta::default() };
        self.change_each(transaction, &committed.takings, stocks, (now, delta)).map(drop)
    }

    /// Adds to a transaction that an order takes what nothing was reserved for: of each SKU as many as are wanted, or the
    /// transaction fails. The reservation that it leaves is committed from the first, so that the order's goods are told by one
    /// wherever they came from.
    ///
    /// # Errors
    /// `Lines`, `Insufficient`.
    pub fn allocate_anew(
        &self,
        transaction: &mut Transaction,
        (id, wanted): (ReservationId, &[StockWanted]),
        (stocks, locations): (&[StockNow], &[StockLocation]),
        now: Timestamp,
    ) -> Result<(Reservation, StockNews), StocksError> {
        check(wanted)?;
        let mut takings = Vec::new();
        for (one, stock) in wanted.iter().zip(stocks) {
            takings.extend(stock.take(one.quantity, id.ulid().0, locations)?);
        }
        let reservation = Reservation { state: ReservationState::Committed, ..Reservation::of(id, takings, now) };
        self.put(transaction, &reservation)?;
        let delta = |units: i64| Delta { allocated: units, ..Delta::default() };
        let told = self.change_each(transaction, &reservation.takings, stocks, (now, delta))?;
        Ok((reservation, told))
    }

    /// Adds to a transaction that an order gives back what was allocated to it.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn release(
        &self,
        transaction: &mut Transaction,
        takings: &[StockTaking],
        stocks: &[StockNow],
        now: Timestamp,
    ) -> Result<StockNews, TableError> {
        self.change_each(transaction, takings, stocks, (now, |units| Delta { allocated: -units, ..Delta::default() }))
    }

    /// Adds to a transaction that what was allocated to an order leaves.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn ship(
        &self,
        transaction: &mut Transaction,
        takings: &[StockTaking],
        stocks: &[StockNow],
        now: Timestamp,
    ) -> Result<(), TableError> {
        let delta = |units: i64| Delta { on_hand: -units, allocated: -units, ..Delta::default() };
        self.change_each(transaction, takings, stocks, (now, delta)).map(drop)
    }

    /// Adds to a transaction that goods which had left are where they were taken from again. What is told of it.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn take_back(
        &self,
        transaction: &mut Transaction,
        takings: &[StockTaking],
        stocks: &[StockNow],
        now: Timestamp,
    ) -> Result<StockNews, StocksError> {
        for stock in stocks {
            let of_sku = || takings.iter().filter(|taking| taking.sku == stock.item.sku);
            let back: i64 = of_sku().map(|taking| i64::from(taking.quantity)).sum();
            if of_sku().any(|taking| stock.on_hand_at(&taking.location).saturating_add(back) > MOST) {
                return Err(StockError::TooMany.into());
            }
        }
        let delta = |units: i64| Delta { on_hand: units, ..Delta::default() };
        Ok(self.change_each(transaction, takings, stocks, (now, delta))?)
    }

    /// Adds an entry of the ledger to a transaction.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_movement(&self, transaction: &mut Transaction, movement: &StockMovement) -> Result<Slot, TableError> {
        let key = self.scope.key(format_args!("STOCKMOVES#{}", movement.sku), format_args!("MOVE#{}", movement.id));
        Ok(transaction.add(Write::put(key, movement)?.when(Condition::NotExists)))
    }

    fn change_each(
        &self,
        transaction: &mut Transaction,
        takings: &[StockTaking],
        stocks: &[StockNow],
        (now, delta): (Timestamp, impl Fn(i64) -> Delta),
    ) -> Result<StockNews, TableError> {
        let mut told = Vec::new();
        for stock in stocks {
            let mut change = LevelChanges::of(self.scope, stock, now);
            for taking in takings.iter().filter(|taking| taking.sku == stock.item.sku) {
                let delta = delta(i64::from(taking.quantity));
                change.add(transaction, (&taking.location, taking.bucket), delta)?;
            }
            told.extend(change.told);
        }
        Ok(told)
    }

    /// A reservation that keeps nothing any more.
    fn leave(&self, transaction: &mut Transaction, ended: &Reservation) -> Result<(), TableError> {
        self.put(transaction, ended)?;
        for sku in skus(ended) {
            transaction.add(Write::delete(self.hold_key(sku, ended.id)));
        }
        agenda::clear(transaction, self.scope, agenda::DueKind::ReservationEnd, ended.id);
        Ok(())
    }

    fn put(&self, transaction: &mut Transaction, reservation: &Reservation) -> Result<Slot, TableError> {
        let row = Write::put(self.reservation_key(reservation.id), reservation)?;
        let row = row.gsi1(self.scope.gsi1("STOCKRSV", reservation.id));
        Ok(transaction.add(row.when(Condition::follows(reservation.version))))
    }

    fn reservation_key(&self, id: ReservationId) -> Key {
        self.scope.key(format_args!("STOCKRSV#{id}"), "RSV")
    }

    fn hold_key(&self, sku: &Sku, id: ReservationId) -> Key {
        self.scope.key(format_args!("STOCKHOLD#{sku}"), id)
    }

    fn key(&self, sku: &Sku, sort: impl std::fmt::Display) -> Key {
        self.scope.key(format_args!("STOCK#{sku}"), sort)
    }
}

fn skus(reservation: &Reservation) -> Vec<&Sku> {
    let mut skus: Vec<&Sku> = reservation.takings.iter().map(|taking| &taking.sku).collect();
    skus.dedup();
    skus
}

#[cfg(test)]
#[path = "stocks_tests.rs"]
mod tests;
