//! Why an invoice is not rendered.

use thiserror::Error;

use crate::document::DocumentError;

/// Why an invoice was not rendered.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The document is outside its bounds: trying again cannot help.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The document does not serialise.
    #[error("the invoice does not serialise")]
    Data(#[from] serde_json::Error),
    /// The payment address does not fit a QR code.
    #[error("the payment address does not fit a QR code")]
    Qr(#[from] qrcode::types::QrError),
    /// The template or the logo does not typeset.
    #[error("the invoice does not typeset: {}", messages.join("; "))]
    Typeset { messages: Vec<String> },
}
