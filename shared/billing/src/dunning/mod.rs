//! What is done about invoices that are not paid in time.

pub(crate) mod ladder;
mod owing;
pub(crate) mod progress;
pub(crate) mod service;
pub(crate) mod turn;
