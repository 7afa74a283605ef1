//! Reports: what the rows of some days come to. Values alone.

pub(crate) mod buyers;
pub(crate) mod products;
pub(crate) mod sales;
