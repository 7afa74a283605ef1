//! Plans and what they cost.

pub(crate) mod aggregation;
pub(crate) mod asked;
pub(crate) mod catalogue;
pub(crate) mod catalogues;
pub(crate) mod label;
pub(crate) mod meter;
pub(crate) mod plan;
pub(crate) mod price;
pub(crate) mod repo;
pub(crate) mod rules;
pub(crate) mod use_part;
