//! Credit notes: what they take back of an invoice, how they are numbered and kept.

pub(crate) mod asked;
pub(crate) mod fault;
pub(crate) mod note;
pub(crate) mod number;
pub(crate) mod part;
pub(crate) mod repo;
pub(crate) mod taken;
#[cfg(test)]
mod tests;
