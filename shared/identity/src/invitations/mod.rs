//! Invitations.

pub(crate) mod invitation;
pub(crate) mod repo;
