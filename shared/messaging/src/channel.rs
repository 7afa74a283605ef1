//! The channels, and how long what was sent over them is remembered.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long a delivery is remembered: longer than any queue keeps its event.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How a person is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By mail.
    Email,
    /// In Telegram.
    Telegram,
    /// By SMS.
    Sms,
    /// On browsers and phones.
    Push,
    /// In the user's list, inside the product.
    InApp,
}

impl Channel {
    /// Its name in keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Telegram => "telegram",
            Self::Sms => "sms",
            Self::Push => "push",
            Self::InApp => "in_app",
        }
    }
}
