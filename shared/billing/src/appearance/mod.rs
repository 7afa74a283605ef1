//! How a tenant's documents look, and who signs them.

pub(crate) mod accent_color;
pub(crate) mod printed_line;
pub(crate) mod template;
