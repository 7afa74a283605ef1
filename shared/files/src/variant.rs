//! Smaller pictures of a picture.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many pixels a picture may have for smaller ones to be made of it: it is refused before it is decoded.
pub const MOST_PIXELS: u64 = 50_000_000;

/// How large a smaller picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How large a smaller picture is: 200, 800 or 1600 pixels at most on its longer side")]
pub enum VariantSize {
    /// 200 pixels.
    Thumb,
    /// 800 pixels.
    Medium,
    /// 1600 pixels.
    Large,
}

impl VariantSize {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::Thumb, Self::Medium, Self::Large];

    /// As it is called in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Thumb => "thumb",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }

    /// The most pixels on its longer side.
    pub const fn pixels(self) -> u32 {
        match self {
            Self::Thumb => 200,
            Self::Medium => 800,
            Self::Large => 1600,
        }
    }
}

/// A smaller picture that was made: JPEG, or PNG where it can be seen through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(description = "A smaller picture that was made: upright, and without what a camera notes of place and owner")]
pub struct FileVariant {
    /// How large.
    pub size: VariantSize,
    /// What it is.
    pub content_type: crate::FileType,
    /// In pixels.
    #[schema(example = 200)]
    pub width: u32,
    /// In pixels.
    #[schema(example = 150)]
    pub height: u32,
    /// How many bytes it has.
    #[schema(example = 9_310)]
    pub size_bytes: u64,
}
