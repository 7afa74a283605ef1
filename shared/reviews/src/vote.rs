//! What somebody says of a review, as stored.

use kernel::{ProductReviewId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::RefusalReason;

/// That somebody found a review helpful, or reported it. Who it was is in its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewVote {
    /// Which review.
    pub review: ProductReviewId,
    /// Why they reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RefusalReason>,
    /// Whether it is a report of somebody whose word hides nothing.
    #[serde(default)]
    pub is_complaint: bool,
    /// The version of the review that they read; 0 where nobody noted it.
    #[serde(default)]
    pub of_version: u64,
    /// When.
    pub at: Timestamp,
}
