//! Which files people may send, told by the first bytes and never by a name.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum FileKind {
    /// A photograph.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A screenshot.
    #[serde(rename = "image/png")]
    Png,
    /// A document.
    #[serde(rename = "application/pdf")]
    Pdf,
}

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Pdf];

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// How the name of such a file ends, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// The kind of this media type; parameters are passed over.
    pub fn of_media_type(text: &str) -> Option<Self> {
        let name = text.split(';').next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|kind| name.eq_ignore_ascii_case(kind.media_type()))
    }

    /// The kind of a file that begins with these bytes.
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| bytes.starts_with(kind.first_bytes()))
    }

    const fn first_bytes(self) -> &'static [u8] {
        match self {
            Self::Jpeg => &[0xff, 0xd8, 0xff],
            Self::Png => b"\x89PNG\r\n\x1a\n",
            Self::Pdf => b"%PDF-",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        for (bytes, kind) in [
            (&b"\xff\xd8\xff\xe0\x00\x10JFIF"[..], Some(FileKind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\x00\x00", Some(FileKind::Png)),
            (b"%PDF-1.7\n", Some(FileKind::Pdf)),
            (b"<html>%PDF-", None),
            (b" %PDF-1.7", None),
            (b"GIF89a", None),
            (b"\x89PNG", None),
            (b"", None),
        ] {
            assert_eq!(FileKind::of_content(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn a_media_type_names_its_kind_and_is_what_is_stored() {
        for kind in FileKind::ALL {
            assert_eq!(FileKind::of_media_type(kind.media_type()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.media_type());
        }
        assert_eq!(FileKind::of_media_type("Image/PNG; x=1"), Some(FileKind::Png));
        for other in ["image/svg+xml", "text/html", "image/jpegs", ""] {
            assert_eq!(FileKind::of_media_type(other), None, "{other}");
        }
    }
}
