//! What a review says.

use serde::{Deserialize, Serialize};

use crate::{ReviewAuthor, ReviewBody, ReviewImage, ReviewTitle};

/// What a review says, and who is shown to say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewContent {
    /// The name that it is shown under.
    pub author: ReviewAuthor,
    /// In one line.
    pub title: ReviewTitle,
    /// The rest.
    pub body: ReviewBody,
    /// Images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ReviewImage>,
}
