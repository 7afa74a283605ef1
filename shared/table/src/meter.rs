//! Counts what the table is asked, so that each use case can state its round trips and capacity units.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Round trips and capacity that passed through one [`crate::DynamoTable`]; clones share the counters.
#[derive(Clone, Debug, Default)]
pub struct CapacityMeter(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    round_trips: AtomicU64,
    read_halves: AtomicU64,
    write_units: AtomicU64,
}

/// What was used between two looks at a [`CapacityMeter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Usage {
    /// Requests sent to the store.
    pub round_trips: u64,
    /// Read capacity in half units: an eventually consistent read of 4 KB is one half.
    pub read_halves: u64,
    /// Write capacity units: 1 KB each, two in a transaction, and those of every index touched.
    pub write_units: u64,
}

impl CapacityMeter {
    /// All that was used so far.
    pub fn total(&self) -> Usage {
        Usage {
            round_trips: self.0.round_trips.load(Ordering::Relaxed),
            read_halves: self.0.read_halves.load(Ordering::Relaxed),
            write_units: self.0.write_units.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn round_trip(&self) {
        self.0.round_trips.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, units: Option<f64>) {
        self.0.read_halves.fetch_add(halves(units), Ordering::Relaxed);
    }

    pub(crate) fn wrote(&self, units: Option<f64>) {
        self.0.write_units.fetch_add(halves(units).div_ceil(2), Ordering::Relaxed);
    }
}

impl Usage {
    /// What was used since `earlier`.
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            round_trips: self.round_trips - earlier.round_trips,
            read_halves: self.read_halves - earlier.read_halves,
            write_units: self.write_units - earlier.write_units,
        }
    }
}

#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the SDK reports capacity, a small positive multiple of one half, as a float"
)]
fn halves(units: Option<f64>) -> u64 {
    (units.unwrap_or(0.0) * 2.0).round() as u64
}
