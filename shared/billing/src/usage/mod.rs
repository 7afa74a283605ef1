//! Usage: which period an event counts in, and where it is kept.

pub(crate) mod amendment;
pub(crate) mod batch;
pub(crate) mod counter_change;
pub(crate) mod counter_row;
pub(crate) mod event;
pub(crate) mod event_row;
pub(crate) mod ingest;
pub(crate) mod known;
pub(crate) mod rows;
pub(crate) mod values;
