//! Money that goes back to those who paid it.

pub(crate) mod create_refund;
pub(crate) mod end_refund;
pub(crate) mod list_refunds;
mod refund_view;
