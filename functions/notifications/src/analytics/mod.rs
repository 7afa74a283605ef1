//! How many messages left and arrived.

pub(crate) mod report_notifications;
