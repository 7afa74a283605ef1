//! Why a token is refused.

use kernel::{Fault, FaultKind};

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one of ours, changed, for somebody else, or revoked.
    #[error("the access token is not valid; sign in again")]
    Invalid,
    /// It was good once.
    #[error("the access token has expired; refresh it")]
    Expired,
    /// No API key of ours, or one that was revoked, or whose maker may not sign in. Which of them is not said.
    #[error("the API key is not valid; an administrator of your organisation can make another")]
    KeyInvalid,
    /// An API key that has expired. Only a caller who has its secret is told so.
    #[error("the API key has expired; an administrator of your organisation can make another")]
    KeyExpired,
    /// An API key, or a token made with one, on a route about a person.
    #[error("this route is about a person: send the access token of a user, not an API key")]
    NotOfUser,
    /// A user's token, or one that was made with a key, where the key itself is asked for.
    #[error("this route makes tokens for API keys: send the key itself, which begins with sk_")]
    NotKey,
}

impl Fault for TokenError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Invalid | Self::Expired | Self::KeyInvalid | Self::KeyExpired | Self::NotOfUser | Self::NotKey => {
                FaultKind::Unauthenticated
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid | Self::KeyInvalid | Self::NotOfUser | Self::NotKey => "INVALID_TOKEN",
            Self::KeyExpired => "API_KEY_EXPIRED",
            Self::Expired => "TOKEN_EXPIRED",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Invalid | Self::Expired | Self::KeyInvalid | Self::KeyExpired | Self::NotOfUser | Self::NotKey => {
                false
            }
        }
    }
}
