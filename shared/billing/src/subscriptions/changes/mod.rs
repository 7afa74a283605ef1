//! What changes a subscription within its period, at its boundary, or for good.

pub(crate) mod adjustment;
pub(crate) mod boundary;
#[cfg(test)]
mod by_second_tests;
mod change;
pub(crate) mod onset;
pub(crate) mod stop;
