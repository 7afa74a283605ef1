//! Passwords: which may be chosen, how they are hashed, and how guessing is slowed down.

pub(crate) mod breached_passwords;
pub(crate) mod hasher;
pub(crate) mod imported;
pub(crate) mod login;
pub(crate) mod password;
pub(crate) mod stored;
