//! Telegram's refusals.

/// An error in Telegram's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TelegramError {
    pub(super) code: u16,
    pub(super) description: String,
    pub(super) retry_after: Option<u32>,
}

impl TelegramError {
    pub(super) fn bad(description: &str) -> Self {
        Self { code: 400, description: format!("Bad Request: {description}"), retry_after: None }
    }

    pub(super) fn forbidden(description: &str) -> Self {
        Self { code: 403, description: format!("Forbidden: {description}"), retry_after: None }
    }

    pub(super) fn too_many(retry_after: u32) -> Self {
        let description = format!("Too Many Requests: retry after {retry_after}");
        Self { code: 429, description, retry_after: Some(retry_after) }
    }
}
