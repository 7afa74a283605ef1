//! Why a text cannot be kept.

use kernel::{Fault, FaultKind, Locale};

use crate::TemplateError;

/// How many kinds of its own a tenant may have.
pub const OWN_KINDS_MAX: usize = 100;
/// How long a text may be, in characters: with its values it fits one message of a chat, which has 4,096.
pub const SOURCE_MAX: usize = 3_000;

/// Why a text of a tenant's own cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A text does not compile, or is too long for every channel.
    #[error("the text in `{}`: {why}", language.tag())]
    Text {
        /// In which language.
        language: Locale,
        /// Why.
        why: TemplateError,
    },
    /// A text is longer than a chat takes.
    #[error("the text in `{}` is longer than {SOURCE_MAX} characters", language.tag())]
    TooLong {
        /// In which language.
        language: Locale,
    },
    /// No text at all.
    #[error("give a text in at least one language; delete the template to go back to what is built in")]
    NoText,
    /// A kind of the tenant's own without its description, or a built-in one with another.
    #[error("variables and priority are given for kinds of your own, whose keys begin with own_, and for no others")]
    NotOwn,
    /// A kind of the tenant's own that is more urgent than medium.
    #[error("messages of your own are of medium or low priority: what is more urgent does not wait for digests")]
    TooUrgent,
    /// A kind that is about security: its text is the built-in one.
    #[error("messages about security, with links, codes and warnings, always have the built-in text")]
    BuiltInOnly,
    /// A variable stands twice, or is one that every message has.
    #[error("the variable {name} stands twice, or is one that every message has")]
    Twice {
        /// Which.
        name: String,
    },
    /// There is such a kind already.
    #[error("you have a kind of this key already")]
    Exists,
    /// Too many kinds.
    #[error("there may be {OWN_KINDS_MAX} kinds of your own at most")]
    TooMany,
    /// There is no such kind.
    #[error("there is no such kind of message")]
    NoKind,
}

impl Fault for TextError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Text { .. }
            | Self::TooLong { .. }
            | Self::NoText
            | Self::NotOwn
            | Self::TooUrgent
            | Self::BuiltInOnly
            | Self::Twice { .. } => FaultKind::Invalid,
            Self::Exists | Self::TooMany => FaultKind::Conflict,
            Self::NoKind => FaultKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Text { .. }
            | Self::TooLong { .. }
            | Self::NoText
            | Self::NotOwn
            | Self::TooUrgent
            | Self::Twice { .. } => "TEMPLATE_INVALID",
            Self::BuiltInOnly => "TEMPLATE_NOT_REPLACEABLE",
            Self::Exists => "TEMPLATE_EXISTS",
            Self::TooMany => "TEMPLATE_LIMIT",
            Self::NoKind => "NOT_FOUND",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Text { .. }
            | Self::TooLong { .. }
            | Self::NoText
            | Self::NotOwn
            | Self::TooUrgent
            | Self::BuiltInOnly
            | Self::Twice { .. } => true,
            Self::Exists | Self::TooMany | Self::NoKind => false,
        }
    }
}
