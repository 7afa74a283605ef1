//! The second factor: setting it up, asking for it, taking it away.

pub(crate) mod confirm_totp;
pub(crate) mod create_recovery_codes;
pub(crate) mod delete_totp;
pub(crate) mod second_factor;
#[cfg(test)]
mod second_factor_tests;
pub(crate) mod start_totp;
