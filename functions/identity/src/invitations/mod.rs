//! Inviting people to become members or to act for a customer.

pub(crate) mod accept_invitation;
#[cfg(test)]
mod accept_invitation_tests;
pub(crate) mod create_invitation;
mod invitation_view;
#[cfg(test)]
pub(crate) mod invitations_tests;
pub(crate) mod list_invitations;
pub(crate) mod revoke_invitation;
