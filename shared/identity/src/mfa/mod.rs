//! The second factor.

pub(crate) mod mfa_guard;
pub(crate) mod totp;
