//! What carriers call back with.

pub(crate) mod receive_carrier_event;
