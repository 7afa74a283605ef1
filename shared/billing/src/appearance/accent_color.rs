//! The colour of a tenant's documents.

use std::{fmt, str::FromStr};

use kernel::Color;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A colour that can be read on white paper: `#rrggbb` with a contrast of 3:1 at least.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The colour of a document's headings and lines; its contrast to white is 3:1 at least",
    value_type = String, pattern = "^#[0-9A-Fa-f]{6}$", example = "#1a6b54"
)]
pub struct AccentColor(Color);

/// The text is no such colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccentColorError {
    /// It is written in another way.
    #[error("write a colour as # and six hexadecimal digits, such as #1a6b54")]
    Form,
    /// It would be hard to read.
    #[error(
        "the colour is too pale to read on white paper: its contrast to white must be 3:1 at least, so use a darker one"
    )]
    Pale,
}

impl AccentColor {
    /// That of a tenant who chose none. It never changes, because invoices that were issued are printed in it for ever.
    const USUAL: Self = Self(Color::of([0x1f, 0x4e, 0x8c]));

    /// The colour.
    pub const fn color(self) -> Color {
        self.0
    }
}

impl Default for AccentColor {
    /// `#1f4e8c`, a dark blue.
    fn default() -> Self {
        Self::USUAL
    }
}

impl FromStr for AccentColor {
    type Err = AccentColorError;

    fn from_str(text: &str) -> Result<Self, AccentColorError> {
        let color: Color = text.parse().map_err(|_| AccentColorError::Form)?;
        Self::try_from(color)
    }
}

impl TryFrom<Color> for AccentColor {
    type Error = AccentColorError;

    fn try_from(color: Color) -> Result<Self, AccentColorError> {
        if color.stands_out_on_paper() { Ok(Self(color)) } else { Err(AccentColorError::Pale) }
    }
}

impl TryFrom<String> for AccentColor {
    type Error = AccentColorError;

    fn try_from(text: String) -> Result<Self, AccentColorError> {
        text.parse()
    }
}

impl From<AccentColor> for String {
    fn from(colour: AccentColor) -> Self {
        colour.to_string()
    }
}

impl fmt::Display for AccentColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_digits_that_can_be_read_on_white() {
        for (text, read) in [("#1A6B54", Ok("#1a6b54")), ("#000000", Ok("#000000")), ("#949494", Ok("#949494"))] {
            assert_eq!(text.parse::<AccentColor>().map(|colour| colour.to_string()), read.map(str::to_owned));
        }
        for text in ["", "#", "1a6b54", "#1a6b5", "#1a6b544", "#1a6b5g", "#+a6b54", "red", "#é6b54"] {
            assert_eq!(text.parse::<AccentColor>(), Err(AccentColorError::Form), "{text}");
        }
        for text in ["#ffffff", "#fde047", "#959595"] {
            assert_eq!(text.parse::<AccentColor>(), Err(AccentColorError::Pale), "{text}");
        }
        assert_eq!(AccentColor::default().to_string().parse(), Ok(AccentColor::default()));
    }
}
