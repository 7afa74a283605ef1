//! Signing up, and proving the address.

#[cfg(test)]
mod addresses_tests;
pub(crate) mod claim;
#[cfg(test)]
mod claim_tests;
#[cfg(test)]
mod register_races_tests;
pub(crate) mod register_user;
pub(crate) mod resend_verification;
pub(crate) mod verify_email;
