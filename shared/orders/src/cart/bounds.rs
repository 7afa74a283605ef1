//! How much a cart holds.

use jiff::SignedDuration;

/// How many variants a cart holds at most: what keeps their stock, the order and its invoice fit into one transaction of 100
/// writes.
pub const MOST_LINES: usize = 20;
/// The most pieces of one variant in a cart.
pub const MOST_QUANTITY: u32 = 10_000;
/// How many codes a cart holds at most.
pub const MOST_CODES: usize = 5;
/// How long a cart lives that nobody touches: 30 days.
pub const LIVES_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
