//! What was sent, and where it is.

pub(crate) mod create_shipment;
pub(crate) mod get_shipment;
pub(crate) mod get_tracking;
pub(crate) mod list_shipments;
mod shipment_view;
