//! Events about accounts: links, codes and changes.

pub(crate) mod account;
mod account_link;
pub(crate) mod claimed;
pub(crate) mod forget_user;
pub(crate) mod invitation;
pub(crate) mod phone_code;
pub(crate) mod registration;
pub(crate) mod reset_password;
pub(crate) mod verify_email;
