//! The double-entry journal that money writes to.
