//! Bank transfers that customers tell of, with a file that shows them, until staff has found them on the account or not.

pub(crate) mod repo;
pub(crate) mod transfer_proof;
