//! Texts of messages: what is built in, and what a tenant has in its place or of its own.

pub(crate) mod create_notification_template;
pub(crate) mod delete_notification_template;
pub(crate) mod get_notification_template;
pub(crate) mod list_notification_template_versions;
pub(crate) mod list_notification_templates;
pub(crate) mod preview_notification_template;
pub(crate) mod replace_notification_template;
pub(crate) mod restore_notification_template;
pub(crate) mod template_view;
#[cfg(test)]
mod templates_tests;
