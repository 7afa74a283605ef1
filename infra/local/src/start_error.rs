//! Why a local cloud does not start.

use crate::{surroundings::BoxError, template::TemplateError};

/// Why a cloud did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens there.
    #[error("port {port} on 127.0.0.1 cannot be had: {source}. Choose another with --port N, or 0 for any")]
    Port {
        /// The port.
        port: u16,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Files or sockets.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The wiring.
    #[error("template.yaml cannot be played: {0}")]
    Template(#[from] TemplateError),
    /// The embedded DynamoDB.
    #[error("the store: {0}")]
    Store(#[from] embedded::EmbeddedError),
    /// Secrets Manager.
    #[error("the secrets: {0}")]
    Secrets(String),
    /// The HTTP client of the fakes.
    #[error("the HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The functions could not be made.
    #[error("the functions: {0}")]
    Functions(#[source] BoxError),
    /// The first data could not be written.
    #[error("the first data: {0}")]
    Seed(#[source] BoxError),
}
