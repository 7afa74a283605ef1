//! How a tenant's use of models is set up.

pub(crate) mod get_ai_settings;
pub(crate) mod known;
pub(crate) mod provider_keys;
pub(crate) mod replace_ai_settings;
#[cfg(test)]
mod replace_ai_settings_tests;
pub(crate) mod settings_view;
