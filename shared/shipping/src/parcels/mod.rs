//! What is sent: its weight and its size.

pub(crate) mod divisor;
pub(crate) mod packing;
pub(crate) mod parcel;
