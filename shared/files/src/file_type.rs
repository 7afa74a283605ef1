//! Which files may come. Nothing that a browser would run is among them: no HTML, no SVG, no program.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(description = "What a file is. Its bytes must agree with it")]
pub enum FileType {
    /// A photograph.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A picture.
    #[serde(rename = "image/png")]
    Png,
    /// A picture.
    #[serde(rename = "image/webp")]
    Webp,
    /// A picture that may move; no smaller ones are made of it.
    #[serde(rename = "image/gif")]
    Gif,
    /// A document.
    #[serde(rename = "application/pdf")]
    Pdf,
    /// A document of a word processor, without macros.
    #[serde(rename = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    Docx,
    /// A spreadsheet, without macros.
    #[serde(rename = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    Xlsx,
    /// An archive; what is in it is not looked at.
    #[serde(rename = "application/zip")]
    Zip,
    /// A table of text in UTF-8.
    #[serde(rename = "text/csv")]
    Csv,
    /// Text in UTF-8.
    #[serde(rename = "text/plain")]
    Text,
}

impl FileType {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Jpeg,
        Self::Png,
        Self::Webp,
        Self::Gif,
        Self::Pdf,
        Self::Docx,
        Self::Xlsx,
        Self::Zip,
        Self::Csv,
        Self::Text,
    ];

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Zip => "application/zip",
            Self::Csv => "text/csv",
            Self::Text => "text/plain",
        }
    }

    /// How the names of such files end, without the dot; the usual one first.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Webp => &["webp"],
            Self::Gif => &["gif"],
            Self::Pdf => &["pdf"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Zip => &["zip"],
            Self::Csv => &["csv"],
            Self::Text => &["txt"],
        }
    }

    /// What a download is called to a browser: text says which text it is.
    pub const fn sent_as(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Jpeg | Self::Png | Self::Webp | Self::Gif | Self::Pdf | Self::Docx | Self::Xlsx | Self::Zip => {
                self.media_type()
            }
        }
    }

    /// Whether a browser may show it in a page: pictures alone, which nothing in them can run.
    pub const fn is_shown(self) -> bool {
        match self {
            Self::Jpeg | Self::Png | Self::Webp | Self::Gif => true,
            Self::Pdf | Self::Docx | Self::Xlsx | Self::Zip | Self::Csv | Self::Text => false,
        }
    }

    /// Whether smaller pictures are made of it.
    pub const fn has_variants(self) -> bool {
        match self {
            Self::Jpeg | Self::Png | Self::Webp => true,
            Self::Gif | Self::Pdf | Self::Docx | Self::Xlsx | Self::Zip | Self::Csv | Self::Text => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_stored_as_its_media_type() {
        for kind in FileType::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.media_type());
            assert!(kind.sent_as().starts_with(kind.media_type()));
            assert!(kind.is_shown() || !kind.has_variants());
        }
        for dangerous in
            ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "application/x-msdownload"]
        {
            assert!(serde_json::from_value::<FileType>(dangerous.into()).is_err(), "{dangerous}");
        }
    }
}
