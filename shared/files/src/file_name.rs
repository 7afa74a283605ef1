//! What a file is called.

use kernel::line_without_address;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest name, in characters.
const MOST: usize = 200;

/// A text is no name of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 200 visible characters on one line, without / and \\, and not only dots")]
pub struct UnreadableName;

/// What a file is called: 1 to 200 visible characters on one line, of no folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a file is called", value_type = String, min_length = 1, max_length = 200,
    pattern = r"^[^/\\\u0000-\u001f\u007f-\u009f]*[^./\\\s\u0000-\u001f\u007f-\u009f][^/\\\u0000-\u001f\u007f-\u009f]*$", example = "Kain batik.jpg"
)]
pub struct FileName(String);

impl FileName {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FileName {
    type Error = UnreadableName;

    fn try_from(text: String) -> Result<Self, UnreadableName> {
        let name = line_without_address(&text, MOST).ok_or(UnreadableName)?;
        let is_path = name.contains(['/', '\\']) || name.chars().all(|letter| letter == '.' || letter == ' ');
        if is_path { Err(UnreadableName) } else { Ok(Self(name)) }
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> FileName {
        FileName::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_name_is_of_one_line_and_no_folder() {
        for bad in ["", "  ", "a/b", "..\\x", "..", ".", "a\nb", "a\u{202e}gpj.exe", "http://x", &"a".repeat(201)] {
            assert!(FileName::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        assert_eq!(name(" Kain batik.jpg ").as_str(), "Kain batik.jpg");
    }
}
