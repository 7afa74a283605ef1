//! Logging in; guessing is slowed down.

pub(crate) mod account_key;
pub(crate) mod attempts;
pub(crate) mod login;
#[cfg(test)]
mod security_settings_tests;
