//! Carts: what somebody is about to buy.

pub(crate) mod bounds;
pub(crate) mod code;
pub(crate) mod content;
pub(crate) mod hold;
pub(crate) mod judge;
pub(crate) mod line;
pub(crate) mod repo;
pub(crate) mod shipping;
pub(crate) mod token;
