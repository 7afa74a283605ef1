//! From turns of subscriptions to an invoice that is ready to be written.

pub(crate) mod issuance;
pub(crate) mod together;
