//! Meters.

pub(crate) mod create_meter;
pub(crate) mod list_meters;
mod meter_view;
