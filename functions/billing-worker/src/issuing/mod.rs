//! From a turn of a subscription to the invoice in the books.

pub(crate) mod cause;
pub(crate) mod group;
pub(crate) mod issue;
pub(crate) mod line;
pub(crate) mod ready;
