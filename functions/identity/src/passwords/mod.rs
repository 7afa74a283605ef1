//! Passwords: forgotten, reset and changed.

#[cfg(test)]
mod breached_passwords_tests;
pub(crate) mod change_password;
pub(crate) mod forgot_password;
#[cfg(test)]
mod peppers_tests;
pub(crate) mod reset_password;
