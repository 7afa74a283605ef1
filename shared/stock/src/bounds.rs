//! How much and how many there may be.

/// Into how many buckets the stock of a SKU at a location can be split.
pub const BUCKETS_MAX: u8 = 16;
/// How many SKUs one reservation takes of.
pub const LINES_MAX: usize = 20;
/// How many locations a tenant has at most.
pub const LOCATIONS_MAX: usize = 100;
/// The most that a level holds.
pub(crate) const MOST: i64 = 1_000_000_000;
