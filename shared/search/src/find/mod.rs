//! Finding: what somebody asks, which products it hits, and in which order.

pub(crate) mod filter;
pub(crate) mod highlight;
pub(crate) mod hits;
pub(crate) mod matches;
pub(crate) mod part;
pub(crate) mod rank;
pub(crate) mod suggest;
pub(crate) mod synonyms;
pub(crate) mod words;
