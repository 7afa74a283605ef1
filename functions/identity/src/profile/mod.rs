//! What a user sees and changes of their own.

pub(crate) mod get_current_user;
pub(crate) mod profile_view;
pub(crate) mod request_phone_code;
pub(crate) mod update_current_user;
pub(crate) mod verify_phone;
