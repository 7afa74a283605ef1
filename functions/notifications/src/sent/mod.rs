//! Messages that a tenant sends itself, and what became of everything that was sent.

pub(crate) mod create_notification;
pub(crate) mod get_notification;
pub(crate) mod list_sent_notifications;
#[cfg(test)]
mod sent_tests;
pub(crate) mod sent_view;
