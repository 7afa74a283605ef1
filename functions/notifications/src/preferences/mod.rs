//! What somebody is told, where and when: by the reader, and by the tenant for all.

pub(crate) mod get_notification_preferences;
pub(crate) mod get_notification_settings;
#[cfg(test)]
mod preference_tests;
pub(crate) mod preferences_view;
pub(crate) mod replace_notification_preferences;
pub(crate) mod replace_notification_settings;
pub(crate) mod settings_view;
