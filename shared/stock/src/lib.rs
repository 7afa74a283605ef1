//! What is in stock, where, and for whom it is kept: levels, reservations, allocations and the ledger of movements.
//!
//! A SKU ([`StockItem`]) has a [`StockLevel`] for each location and bucket. A level says how many are on hand, how many are
//! reserved for carts and allocated to orders, and how many are available: that number is stored by itself, so that one
//! conditional write takes from it, and nothing is ever sold that is not there. A [`Reservation`] takes of several SKUs, all or
//! nothing, for ten minutes, and is judged by its time whether or not a job ran. What goes in and out is a [`StockMovement`].

mod bounds;
mod changes;
mod edges;
mod error;
#[cfg(test)]
mod golden;
mod level;
mod location;
mod locations;
mod movement;
mod reservation;
mod stocks;
mod taking;
mod tell;

pub use bounds::{BUCKETS_MAX, LINES_MAX, LOCATIONS_MAX};
pub use changes::{LowStock, StockNews};
pub use edges::StockCrossing;
pub use error::{StockError, StocksError};
pub use level::{StockItem, StockLevel, StockNow};
pub use location::{LocationCode, LocationCodeError, LocationName, LocationNameError, StockLocation};
pub use locations::MadeLocations;
pub use movement::{MovementKind, MovementReason, StockMovement};
pub use reservation::{HELD_AT_MOST, HELD_FOR, Reservation, ReservationState, StockWanted};
pub use stocks::Stocks;
pub use taking::StockTaking;
pub use tell::tell;
