//! What a file is called, and how its name is told to a browser.

use std::fmt::Write as _;

use kernel::line_without_address;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::FileType;

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

    /// What it is called when it is fetched: it ends as files of its type do, so that what opens it is what its bytes are for.
    pub fn for_download(&self, kind: FileType) -> String {
        let end = self.0.rsplit_once('.').map_or("", |(_, end)| end);
        if kind.extensions().iter().any(|extension| end.eq_ignore_ascii_case(extension)) {
            return self.0.clone();
        }
        let usual = kind.extensions().first().copied().unwrap_or("bin");
        format!("{}.{usual}", self.0)
    }

    /// The header of a download (RFC 6266): pictures may be shown in a page, everything else is saved. The name stands there in
    /// ASCII for old readers, and whole as RFC 8187 spells it.
    pub fn disposition(&self, kind: FileType) -> String {
        let name = self.for_download(kind);
        let plain: String = name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
        let how = if kind.is_shown() { "inline" } else { "attachment" };
        let mut header = format!("{how}; filename=\"{plain}\"");
        if plain != name {
            header.push_str("; filename*=UTF-8''");
            for byte in name.bytes() {
                if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                    header.push(char::from(byte));
                } else {
                    // Writing to a text cannot fail.
                    let _ = write!(header, "%{byte:02X}");
                }
            }
        }
        header
    }
}

/// What may stand in quotes without an escape, and means nothing in a path.
const fn is_plain(letter: char) -> bool {
    matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\' | '%' | '/')
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
    use proptest::prelude::*;

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

    #[test]
    fn a_download_ends_as_its_type_does() {
        assert_eq!(name("a.JPEG").for_download(FileType::Jpeg), "a.JPEG");
        assert_eq!(name("a.html").for_download(FileType::Text), "a.html.txt");
        assert_eq!(name("setup.exe").for_download(FileType::Zip), "setup.exe.zip");
        assert_eq!(name("jpg").for_download(FileType::Jpeg), "jpg.jpg");
    }

    #[test]
    fn a_header_says_the_name_to_old_and_new_readers() {
        assert_eq!(name("a.pdf").disposition(FileType::Pdf), "attachment; filename=\"a.pdf\"");
        assert_eq!(name("a.png").disposition(FileType::Png), "inline; filename=\"a.png\"");
        // The second is the example of RFC 8187, section 3.2.3, as a name.
        assert_eq!(
            name("\u{20ac} rates.csv").disposition(FileType::Csv),
            "attachment; filename=\"_ rates.csv\"; filename*=UTF-8''%E2%82%AC%20rates.csv"
        );
        assert_eq!(
            name("a\"; x=\".csv").disposition(FileType::Csv),
            "attachment; filename=\"a_; x=_.csv\"; filename*=UTF-8''a%22%3B%20x%3D%22.csv"
        );
    }

    proptest! {
        #[test]
        fn no_name_leaves_its_quotes(text in "\\PC{1,60}") {
            if let Ok(name) = FileName::try_from(text) {
                for kind in FileType::ALL {
                    let header = name.disposition(kind);
                    prop_assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{header}");
                    prop_assert_eq!(header.matches('"').count(), 2);
                }
            }
        }
    }
}
