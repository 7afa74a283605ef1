//! Bank transfers that customers tell of, with a file that shows them, and what staff finds on the account.

pub(crate) mod accept_transfer_proof;
pub(crate) mod create_transfer_proof;
pub(crate) mod get_transfer_proof;
pub(crate) mod get_transfer_proof_file;
pub(crate) mod list_transfer_proofs;
pub(crate) mod put_transfer_proof_file;
pub(crate) mod reject_transfer_proof;
#[cfg(test)]
mod transfer_proof_tests;
mod transfer_proof_view;
