//! What a carrier can be asked.

pub(crate) mod carrier;
pub(crate) mod carrier_api;
pub(crate) mod courier;
pub(crate) mod days;
pub(crate) mod status;
