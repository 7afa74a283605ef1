//! Personal data is sealed on its way into the table. A record marks the fields that hold it: see [`attributes`].

pub(crate) mod data_keys;
mod field;
pub(crate) mod sealed;

pub use field::{attributes, deserialize, serialize};
