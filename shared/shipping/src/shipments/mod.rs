//! What was sent, and where it is.

pub(crate) mod following;
pub(crate) mod repo;
pub(crate) mod shipment;
pub(crate) mod tracking_event;
