//! The list of what a user was told: one's own, by its user alone.

pub(crate) mod count_unread_notifications;
pub(crate) mod delete_notification;
#[cfg(test)]
mod inbox_tests;
pub(crate) mod inbox_view;
pub(crate) mod list_notifications;
pub(crate) mod read_all_notifications;
pub(crate) mod read_notification;
