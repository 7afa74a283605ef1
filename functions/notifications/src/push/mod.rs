//! The browsers and phones that a user is reached on.

pub(crate) mod create_push_device;
pub(crate) mod delete_push_device;
pub(crate) mod get_push_key;
pub(crate) mod list_push_devices;
pub(crate) mod push_device_view;
