//! Why a message did not leave.

use cloud::PortError;
use messaging::TemplateError;
use table::TableError;

/// Why a message did not leave: surely it did not, since a channel says what it knows by its outcome.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MessengerError {
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The secret store failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The values are not those of the text.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The tenant has no such account, or one that cannot be read.
    #[error("the tenant has no account of {0} that can be read")]
    NoAccount(&'static str),
    /// A link cannot be made: the public address is not configured as one.
    #[error("the public address makes no link")]
    NoLink,
    /// The row asks for what this release does not know.
    #[error("there is no message such as {0}")]
    Unknown(String),
    /// It is not to be sent, or not any more.
    #[error("{0}")]
    Void(&'static str),
}
