//! Why nobody was told.

use cloud::PortError;
use events::DecodeError;
use messaging::{TemplateError, telegram::TelegramError, twilio::TwilioError};
use table::TableError;

/// Why a message did not leave. The event comes again, and in the end lies in the dead-letter queue for a person.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotifierError {
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The mail service or the secret store failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Telegram failed, or does not know the bot.
    #[error(transparent)]
    Telegram(#[from] TelegramError),
    /// Twilio failed, or does not take the account.
    #[error(transparent)]
    Twilio(#[from] TwilioError),
    /// A built-in text cannot be rendered: a fault in the code.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A link cannot be made: the public address is not configured as one.
    #[error("the public address makes no link")]
    NoLink,
    /// Another delivery of the event is at it, or what it is about changed meanwhile.
    #[error("another delivery of the event is at it right now")]
    InFlight,
    /// The event cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}
