//! Who calls, and what they may.

pub(crate) mod caller;
mod credential;
pub(crate) mod denial;
pub(crate) mod gate;
pub(crate) mod key_bearer;
pub(crate) mod known;
pub(crate) mod needs;
mod owed;
pub(crate) mod perhaps_caller;
pub(crate) mod perhaps_signed_in;
pub(crate) mod principal;
pub(crate) mod sender;
mod sold;
pub(crate) mod tenants_rules;
pub(crate) mod visitor;
