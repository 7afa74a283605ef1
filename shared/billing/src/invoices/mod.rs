//! Invoices: what they say, how they are numbered, issued and kept.

pub(crate) mod deferral;
pub(crate) mod document;
pub(crate) mod fault;
pub(crate) mod hand;
pub(crate) mod invoice;
pub(crate) mod line;
pub(crate) mod number;
pub(crate) mod parties;
pub(crate) mod pay_link;
pub(crate) mod repo;
pub(crate) mod state;
pub(crate) mod told;
pub(crate) mod words;
