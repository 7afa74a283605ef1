//! Personal data is sealed on its way into the table.

pub(crate) mod data_keys;
pub(crate) mod sealed;
