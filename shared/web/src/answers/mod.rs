//! What goes back to the caller.

pub(crate) mod cors;
pub(crate) mod csv;
pub(crate) mod headers;
pub(crate) mod problem;
pub(crate) mod reply;
pub(crate) mod xml;
