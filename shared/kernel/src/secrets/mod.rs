//! What must not be shown: secrets in memory, and what is sealed to be kept.

pub(crate) mod seal;
pub(crate) mod secret;
