//! Plans and what they cost.

<<<<<<< HEAD
pub(crate) mod asked;
=======
pub(crate) mod aggregation;
>>>>>>> 57ce464 (How units are counted stands apart from meters and plans)
pub(crate) mod catalogue;
pub(crate) mod catalogues;
pub(crate) mod label;
pub(crate) mod meter;
pub(crate) mod plan;
pub(crate) mod price;
pub(crate) mod repo;
pub(crate) mod rules;
