//! Events about reviews. Of several about one review, the one with the higher version is the later one; a review that is written
//! and approved at once has both of one version, with the same facts, so that either may come first. What it says is not in them.

use kernel::{CustomerId, ProductId, ProductReviewId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// What every event about a review tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewFacts {
    /// Which review.
    pub review_id: ProductReviewId,
    /// Of which product.
    pub product_id: ProductId,
    /// What that was called when the review was written.
    pub product_title: String,
    /// Who wrote it.
    pub customer_id: CustomerId,
    /// How many stars, from 1 to 5.
    pub rating: u8,
    /// Whether they bought it, as far as is known.
    pub verified: bool,
    /// How it stands.
    pub status: String,
}

/// Somebody wrote a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewCreated {
    /// The review.
    pub review: ReviewFacts,
    /// Why it waits for a person; nothing where it does not.
    pub holds: Vec<String>,
}

/// Its author wrote a review anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewUpdated {
    /// The review.
    pub review: ReviewFacts,
    /// Why it waits for a person; nothing where it does not.
    pub holds: Vec<String>,
}

/// A review is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewApproved {
    /// The review.
    pub review: ReviewFacts,
    /// Whether it was clean, so that nobody had to look at it.
    pub automatic: bool,
}

/// A review is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewRejected {
    /// The review.
    pub review: ReviewFacts,
    /// Why.
    pub reason: String,
}

/// A review was reported, and is hidden until a person has looked at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewFlagged {
    /// The review.
    pub review: ReviewFacts,
    /// How many reported it.
    pub reports: u32,
}

/// The shop answered a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewReplied {
    /// The review.
    pub review: ReviewFacts,
    /// Whether it changed the answer that it gave before.
    pub changed: bool,
}

/// The shop took back its answer to a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewReplyRemoved {
    /// The review.
    pub review: ReviewFacts,
}

/// A review is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewDeleted {
    /// The review.
    pub review: ReviewFacts,
}

impl Payload for ReviewCreated {
    const NAME: &'static str = "review.created";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductReviewId;

    fn subject(&self) -> ProductReviewId {
        self.review.review_id
    }
}

impl Payload for ReviewUpdated {
    const NAME: &'static str = "review.updated";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductReviewId;

    fn subject(&self) -> ProductReviewId {
        self.review.review_id
    }
}

impl Payload for ReviewApproved {
    const NAME: &'static str = "review.approved";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductReviewId;

    fn subject(&self) -> ProductReviewId {
        self.review.review_id
    }
}

impl Payload for ReviewRejected {
    const NAME: &'static str = "review.rejected";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductReviewId;

    fn subject(&self) -> ProductReviewId {
        self.review.review_id
    }
}

impl Payload for ReviewFlagged {
    const NAME: &'static str = "review.flagged";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductReviewId;

    fn subject(&self) -> ProductReviewId {
        self.review.review_id
    }
}

impl Payload for ReviewReplied {
    const NAME: &'static str = "review.replied";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductReviewId;

    fn subject(&self) -> ProductReviewId {
        self.review.review_id
    }
}

impl Payload for ReviewReplyRemoved {
    const NAME: &'static str = "review.reply_removed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductReviewId;

    fn subject(&self) -> ProductReviewId {
        self.review.review_id
    }
}

impl Payload for ReviewDeleted {
    const NAME: &'static str = "review.deleted";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ProductReviewId;

    fn subject(&self) -> ProductReviewId {
        self.review.review_id
    }
}
