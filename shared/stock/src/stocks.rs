//! The rows of a tenant's stock.
//!
//! `STOCK#<sku>` / `ITEM` is a SKU and `LEVEL#<location>#<bucket>` what there is of it, so that one query shows both.
//! `STOCKRSV#<id>` is a reservation, `STOCKHOLD#<sku>` / `<id>` points to it, `STOCKMOVES#<sku>` is the ledger, `STOCKLOW` lists
//! what is at its low mark, `STOCKLOCS` the locations. Every change of a level is an addition under the condition that
//! enough is there: nobody waits for anybody, and nobody takes what is gone.

use kernel::{Fault, FaultKind, ReservationId, Sku, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, agenda, from_item,
    pages::{self, Listed, PageRequest, Walk},
};

use crate::{
    Crossing, LocationCode, Reservation, ReservationState, StockError, StockItem, StockLevel, StockLocation,
    StockMovement, StockNow, Taking, Wanted, edges::crossings, level::MOST, reservation::check,
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

/// What a reservation keeps of a SKU: where to look when one has run out and its goods are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockHold {
    pub(crate) reservation: ReservationId,
    pub(crate) expires_at: Timestamp,
}

impl Record for LowStock {
    const ROWS: &'static [&'static str] = &["STOCKLOW / {sku}"];
}

impl Record for StockHold {
    const ROWS: &'static [&'static str] = &["STOCKHOLD#{sku} / {reservation}"];
}

/// By how many the numbers of a level change.
#[derive(Clone, Copy, Debug, Default)]
struct Delta {
    on_hand: i64,
    reserved: i64,
    allocated: i64,
}

impl Delta {
    const fn available(self) -> i64 {
        self.on_hand - self.reserved - self.allocated
    }
}

/// What a transaction does to what is available: of which SKU something is to be told.
pub type Told = Vec<(Sku, Crossing)>;

/// The stock of one tenant.
#[derive(Clone, Copy)]
pub struct Stocks<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
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

    /// All locations: `main` and those that were made. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn locations(&self) -> Result<Vec<StockLocation>, TableError> {
        let query = Query::partition(self.scope.partition("STOCKLOCS"));
        let mut all: Vec<StockLocation> = pages::all(self.table, query).await?;
        if all.iter().all(|location| location.code != LocationCode::main()) {
            all.push(StockLocation::main());
        }
        all.sort_by_key(|location| (location.priority, location.code.clone()));
        Ok(all)
    }

    /// Adds a location to a transaction; it fails when there is one of that name.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_location(&self, transaction: &mut Transaction, location: &StockLocation) -> Result<Slot, TableError> {
        let key = self.scope.key("STOCKLOCS", format_args!("LOC#{}", location.code));
        Ok(transaction.add(Write::put(key, location)?.when(Condition::NotExists)))
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
    ) -> Result<Option<Told>, TableError> {
        let kept = |found: &Reservation| found.state == ReservationState::Active && now >= found.expires_at;
        let Some(found) = self.reservation(id).await?.filter(kept) else { return Ok(None) };
        let Ok(ended) = found.ended(now) else { return Ok(None) };
        let stocks = self.of_reservation(&ended).await?;
        self.give_back(transaction, &ended, &stocks, now).map(Some)
    }

    /// Adds to a transaction what another low mark changes: `before` is the one that held. What is told of it.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn judge(
        &self,
        transaction: &mut Transaction,
        stock: &StockNow,
        before: Option<u32>,
        now: Timestamp,
    ) -> Result<Told, TableError> {
        let is_low = |mark: Option<u32>| mark.is_some_and(|mark| stock.available() <= i64::from(mark));
        let (was, is) = (is_low(before), is_low(stock.item.low_at));
        if is && (!was || before != stock.item.low_at) {
            let low =
                LowStock { sku: stock.item.sku.clone(), low_at: stock.item.low_at.unwrap_or_default(), since: now };
            transaction.add(Write::put(self.low_key(&stock.item.sku), &low)?);
        } else if was && !is {
            transaction.add(Write::delete(self.low_key(&stock.item.sku)));
        }
        let told = (is && !was).then(|| (stock.item.sku.clone(), Crossing::Low));
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
    ) -> Result<Told, StocksError> {
        if stock.on_hand_at(location).saturating_add(delta) > MOST {
            return Err(StockError::TooMany.into());
        }
        let mut change = LevelChanges::of(self, stock, now);
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
    ) -> Result<Told, StocksError> {
        if on_hand > MOST {
            return Err(StockError::TooMany.into());
        }
        let parts = parts(stock, location, on_hand.saturating_sub(stock.on_hand_at(location)))?;
        let mut change = LevelChanges { counted: true, ..LevelChanges::of(self, stock, now) };
        for (bucket, delta) in &parts {
            change.add(transaction, (location, *bucket), Delta { on_hand: *delta, ..Delta::default() })?;
        }
        for level in stock.at(location).filter(|level| parts.iter().all(|(bucket, _)| *bucket != level.bucket)) {
            let key = self.level_key(&stock.item.sku, location, level.bucket);
            transaction.add(Write::check(key).when(Condition::Equals("onHand", level.on_hand.into())));
        }
        Ok(change.told)
    }

    /// Adds a new reservation to a transaction: of each SKU as many as are wanted, or the transaction fails.
    ///
    /// # Errors
    /// `Lines`, `Insufficient`.
    pub fn reserve(
        &self,
        transaction: &mut Transaction,
        (id, wanted): (ReservationId, &[Wanted]),
        (stocks, locations): (&[StockNow], &[StockLocation]),
        now: Timestamp,
    ) -> Result<(Reservation, Told), StocksError> {
        check(wanted)?;
        let (mut takings, mut told) = (Vec::new(), Vec::new());
        for (one, stock) in wanted.iter().zip(stocks) {
            let from = stock.take(one.quantity, id.ulid().0, locations)?;
            let mut change = LevelChanges::of(self, stock, now);
            for taking in &from {
                let reserved = i64::from(taking.quantity);
                let delta = Delta { reserved, ..Delta::default() };
                change.add(transaction, (&taking.location, taking.bucket), delta)?;
            }
            told.extend(change.told);
            takings.extend(from);
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
    ) -> Result<Told, TableError> {
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

    /// Adds to a transaction that an order gives back what was allocated to it.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn release(
        &self,
        transaction: &mut Transaction,
        takings: &[Taking],
        stocks: &[StockNow],
        now: Timestamp,
    ) -> Result<Told, TableError> {
        self.change_each(transaction, takings, stocks, (now, |units| Delta { allocated: -units, ..Delta::default() }))
    }

    /// Adds to a transaction that what was allocated to an order leaves.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn ship(
        &self,
        transaction: &mut Transaction,
        takings: &[Taking],
        stocks: &[StockNow],
        now: Timestamp,
    ) -> Result<(), TableError> {
        let delta = |units: i64| Delta { on_hand: -units, allocated: -units, ..Delta::default() };
        self.change_each(transaction, takings, stocks, (now, delta)).map(drop)
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
        takings: &[Taking],
        stocks: &[StockNow],
        (now, delta): (Timestamp, impl Fn(i64) -> Delta),
    ) -> Result<Told, TableError> {
        let mut told = Vec::new();
        for stock in stocks {
            let mut change = LevelChanges::of(self, stock, now);
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
        Ok(transaction.add(row.when(Condition::follows(reservation.version))))
    }

    fn reservation_key(&self, id: ReservationId) -> Key {
        self.scope.key(format_args!("STOCKRSV#{id}"), "RSV")
    }

    fn hold_key(&self, sku: &Sku, id: ReservationId) -> Key {
        self.scope.key(format_args!("STOCKHOLD#{sku}"), id)
    }

    fn level_key(&self, sku: &Sku, location: &LocationCode, bucket: u8) -> Key {
        self.key(sku, format_args!("LEVEL#{location}#{bucket:02}"))
    }

    fn low_key(&self, sku: &Sku) -> Key {
        self.scope.key("STOCKLOW", sku)
    }

    fn key(&self, sku: &Sku, sort: impl std::fmt::Display) -> Key {
        self.scope.key(format_args!("STOCK#{sku}"), sort)
    }
}

/// Why stock cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum StocksError {
    /// By the rules.
    #[error(transparent)]
    Refused(#[from] StockError),
    /// By the store.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Fault for StocksError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Refused(refused) => refused.kind(),
            Self::Table(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.code(),
            Self::Table(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Refused(refused) => refused.is_final(),
            Self::Table(error) => error.is_final(),
        }
    }
}

/// The changes of the levels of one SKU in one transaction, and what they cross.
struct LevelChanges<'a> {
    stocks: &'a Stocks<'a>,
    stock: &'a StockNow,
    /// How many are available after the changes so far.
    available: i64,
    told: Told,
    now: Timestamp,
    /// Whether what is on hand must be as it was read.
    counted: bool,
}

impl<'a> LevelChanges<'a> {
    fn of(stocks: &'a Stocks<'a>, stock: &'a StockNow, now: Timestamp) -> Self {
        Self { stocks, stock, available: stock.available(), told: Vec::new(), now, counted: false }
    }

    fn add(
        &mut self,
        transaction: &mut Transaction,
        (location, bucket): (&LocationCode, u8),
        delta: Delta,
    ) -> Result<(), TableError> {
        let sku = &self.stock.item.sku;
        let read = self.stock.level(location, bucket);
        let mut write = Write::update::<StockLevel>(self.stocks.level_key(sku, location, bucket))
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
            let rest = self.available.saturating_sub(read.available);
            let (crossed, bounds) = crossings(read.available, rest, delta.available(), self.stock.item.low_at);
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

    fn tell(&mut self, transaction: &mut Transaction, crossed: &[Crossing]) -> Result<(), TableError> {
        let sku = &self.stock.item.sku;
        for one in crossed {
            match (one, self.stock.item.low_at) {
                (Crossing::Low, Some(low_at)) => {
                    let low = LowStock { sku: sku.clone(), low_at, since: self.now };
                    transaction.add(Write::put(self.stocks.low_key(sku), &low)?);
                }
                (Crossing::Enough, _) => {
                    transaction.add(Write::delete(self.stocks.low_key(sku)));
                }
                (Crossing::Low, None) | (Crossing::Out | Crossing::Back, _) => {}
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

fn skus(reservation: &Reservation) -> Vec<&Sku> {
    let mut skus: Vec<&Sku> = reservation.takings.iter().map(|taking| &taking.sku).collect();
    skus.dedup();
    skus
}

/// By how many each bucket of a location changes.
fn parts(stock: &StockNow, location: &LocationCode, delta: i64) -> Result<Vec<(u8, i64)>, StockError> {
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

#[cfg(test)]
#[path = "stocks_tests.rs"]
mod tests;
