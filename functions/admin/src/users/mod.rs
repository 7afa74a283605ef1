//! Users, as staff finds and changes them.

pub(crate) mod admin_user_view;
pub(crate) mod get_admin_user;
pub(crate) mod list_admin_users;
pub(crate) mod replace_admin_user;
