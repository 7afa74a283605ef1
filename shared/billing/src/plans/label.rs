//! What people read of a plan or a meter.

use kernel::fits_on_a_line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name for people, which stands on invoices: 1 to 80 characters on one line, none of them hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A name for people, on one line; it stands on invoices",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 80, example = "Growth"
)]
pub struct Label(String);

/// The text is no label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 80 characters on one line, without blanks around them and invisible ones")]
pub struct LabelError;

impl Label {
    /// A label that stands in the code.
    pub(crate) fn known(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}

impl TryFrom<String> for Label {
    type Error = LabelError;

    fn try_from(text: String) -> Result<Self, LabelError> {
        if fits_on_a_line(&text, 80) { Ok(Self(text)) } else { Err(LabelError) }
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}
