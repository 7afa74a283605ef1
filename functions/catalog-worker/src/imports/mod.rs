//! Files of products.

pub(crate) mod continue_import;
mod do_part;
mod places;
#[cfg(test)]
mod tests;
