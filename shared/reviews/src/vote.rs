//! What somebody says of a review, as stored.

use kernel::{ProductReviewId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{ProductReview, RefusalReason};

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

impl ProductReview {
    /// Whether what somebody said is of what the review says now.
    pub const fn is_said_of(&self, vote: &ReviewVote) -> bool {
        vote.of_version >= self.text_version
    }

    /// Whether who reported it may do so anew: a person heard them, and it was written anew since; or their word counts, and did not.
    pub const fn may_be_reported_again(&self, vote: &ReviewVote, counts: bool) -> bool {
        (vote.of_version < self.heard_version && self.heard_version < self.text_version)
            || (vote.is_complaint && counts)
    }
}
