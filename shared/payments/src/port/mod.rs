//! The port to payment providers, and what passes through it.

pub(crate) mod capabilities;
pub(crate) mod manual;
pub(crate) mod method;
pub(crate) mod notification;
pub(crate) mod provider;
pub(crate) mod provider_status;
pub(crate) mod retries;
