//! A line that a tenant has printed on its documents.

use kernel::fits_on_a_line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 1 to 120 characters on one line, none of them hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A line that is printed on documents",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 120, example = "Bandung"
)]
pub struct PrintedLine(String);

/// The text cannot be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 120 characters on one line, without blanks around them and invisible ones")]
pub struct PrintedLineError;

impl PrintedLine {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PrintedLine {
    type Error = PrintedLineError;

    fn try_from(text: String) -> Result<Self, PrintedLineError> {
        if fits_on_a_line(&text, 120) { Ok(Self(text)) } else { Err(PrintedLineError) }
    }
}

impl From<PrintedLine> for String {
    fn from(line: PrintedLine) -> Self {
        line.0
    }
}
