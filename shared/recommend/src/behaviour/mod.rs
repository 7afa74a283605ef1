//! What people did with products.

pub(crate) mod event;
pub(crate) mod kept;
pub(crate) mod night;
pub(crate) mod repo;
pub(crate) mod shopper;
