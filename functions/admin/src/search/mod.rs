//! One line in which anything is looked for.

mod by_address;
pub(crate) mod hit;
pub(crate) mod looked_for;
pub(crate) mod search_everything;
