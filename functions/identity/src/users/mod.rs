//! The users of a tenant, as its administrators see and change them.

pub(crate) mod activate_user;
pub(crate) mod change_user;
pub(crate) mod erase_user;
#[cfg(test)]
mod erase_user_tests;
pub(crate) mod get_user;
pub(crate) mod import_users;
pub(crate) mod list_users;
pub(crate) mod seat;
pub(crate) mod suspend_user;
#[cfg(test)]
mod suspend_user_tests;
pub(crate) mod unlock_user;
pub(crate) mod update_user;
pub(crate) mod user_view;
