//! Events about money that comes in, goes back, or leaves.

pub(crate) mod charge_declined;
pub(crate) mod customer;
pub(crate) mod payment_received;
pub(crate) mod refunds;
pub(crate) mod transfers;
pub(crate) mod withdrawals;
