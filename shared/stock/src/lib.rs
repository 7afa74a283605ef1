//! What is in stock, where, and for whom it is kept: levels, reservations, allocations and the ledger of movements.
//!
//! A SKU ([`StockItem`]) has a [`StockLevel`] for each location and bucket. A level says how many are on hand, how many are
//! reserved for carts and allocated to orders, and how many are available: that number is stored by itself, so that one
//! conditional write takes from it, and nothing is ever sold that is not there. A [`Reservation`] takes of several SKUs, all or
//! nothing, for ten minutes, and is judged by its time whether or not a job ran. What goes in and out is a [`StockMovement`].

mod edges;
mod error;
#[cfg(test)]
mod golden;
mod level;
mod location;
mod movement;
mod reservation;
mod stocks;
mod taking;
mod tell;

pub use edges::Crossing;
pub use error::StockError;
pub use level::{BUCKETS_MAX, StockItem, StockLevel, StockNow};
pub use location::{LOCATIONS_MAX, LocationCode, LocationCodeError, LocationName, LocationNameError, StockLocation};
pub use movement::{MovementKind, MovementReason, StockMovement};
pub use reservation::{HELD_FOR, LINES_MAX, Reservation, ReservationState, Wanted};
pub use stocks::{LowStock, Stocks, StocksError, Told};
pub use taking::Taking;
pub use tell::tell;
