//! Who calls, and what they may.

pub(crate) mod caller;
mod credential;
pub(crate) mod customer_asked;
pub(crate) mod key_bearer;
mod owed;
pub(crate) mod sender;
pub(crate) mod standing;
pub(crate) mod visitor;
