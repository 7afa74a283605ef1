//! What a turn of a subscription costs, and for which days.

pub(crate) mod allocation;
pub(crate) mod charge;
pub(crate) mod draft;
pub(crate) mod pricing;
pub(crate) mod proration;
