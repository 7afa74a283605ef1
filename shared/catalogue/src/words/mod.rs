//! The texts of the catalogue, parsed once.

pub(crate) mod code;
pub(crate) mod line;
pub(crate) mod slug;
