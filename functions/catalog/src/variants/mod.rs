//! Variants of products.

pub(crate) mod create_variant;
pub(crate) mod delete_variant;
pub(crate) mod update_variant;
