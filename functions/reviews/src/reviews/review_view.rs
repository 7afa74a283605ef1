//! A review, as everybody, its author or staff sees it.

use kernel::{CustomerId, OrderId, ProductId, ProductReviewId, Timestamp, VariantId};
use reviews::{HoldReason, ProductReview, ProductReviewStatus, RefusalReason, ReviewActor, ShopWords};
use serde::Serialize;
use utoipa::ToSchema;

/// How much somebody sees of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// What is shown to everybody.
    Shown,
    /// What its author sees too: how it stands.
    Own,
    /// Everything.
    Staff,
}

/// A review. Its texts are plain text, and to be shown as such.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductReviewView {
    pub id: ProductReviewId,
    pub product_id: ProductId,
    /// How many stars, from 1 to 5.
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub rating: u8,
    /// In one line; null once it is forgotten.
    #[schema(example = "Soft and well made")]
    pub title: Option<String>,
    /// The rest.
    #[schema(example = "The colours stayed after ten washes.")]
    pub body: Option<String>,
    /// Where its images are.
    pub images: Vec<String>,
    /// The name that its author is shown under.
    #[schema(example = "Siti N.")]
    pub author: Option<String>,
    /// Whether its author bought the product here.
    #[schema(example = true)]
    pub verified: bool,
    /// The variant that they bought; null where nobody knows that they did.
    pub variant_id: Option<VariantId>,
    /// How many found it helpful.
    #[schema(example = 4)]
    pub helpful: u32,
    /// What the shop answered.
    pub reply: Option<ReviewReplyView>,
    pub status: ProductReviewStatus,
    pub created_at: Timestamp,
    /// When its author last changed it.
    pub edited_at: Option<Timestamp>,
    /// What its author and staff see alone; null for everybody else.
    pub own: Option<OwnReview>,
    /// What staff sees alone; null for everybody else.
    pub moderation: Option<ReviewModeration>,
}

/// What the author of a review sees beside it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnReview {
    pub customer_id: CustomerId,
    /// The order in which it was bought.
    pub order_id: Option<OrderId>,
    pub variant_id: Option<VariantId>,
    /// Why it was refused, where it was.
    pub refused_for: Option<RefusalReason>,
}

/// What staff sees beside a review.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewModeration {
    /// Why it waited when it was last written.
    pub holds: Vec<HoldReason>,
    /// How many customers reported it since staff last approved it.
    #[schema(example = 0)]
    pub reports: u32,
    /// How many reported it since then whose word hides nothing, because they bought nothing.
    #[schema(example = 0)]
    pub complaints: u32,
    /// How its words feel, from -10000, all bad, to 10000, all good.
    #[schema(minimum = -10000, maximum = 10000, example = 2732)]
    pub sentiment: i16,
    /// How it came to stand so, oldest first: its beginning and the last 49 steps.
    pub history: Vec<ReviewStepView>,
}

/// A step of a review.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewStepView {
    pub status: ProductReviewStatus,
    pub at: Timestamp,
    pub by: ReviewStepBy,
    /// The member, where one did it.
    pub user_id: Option<kernel::UserId>,
    /// Why it waited.
    pub holds: Vec<HoldReason>,
    /// Why it was refused.
    pub reason: Option<RefusalReason>,
    /// What staff noted.
    pub note: Option<ShopWords>,
}

/// Who moved a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewStepBy {
    /// Its author, by writing or deleting it.
    Author,
    /// Enough reports.
    Reports,
    /// A member, or a server that acts as one; by writing it too, for its author.
    Staff,
    /// The erasure of its author.
    Erasure,
}

/// What a shop answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewReplyView {
    pub body: ShopWords,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Whether the review was written anew since: this was said of other words.
    #[schema(example = false)]
    pub is_outdated: bool,
}

impl ProductReviewView {
    /// As somebody sees it.
    pub(crate) fn of(review: &ProductReview, sight: Sight) -> Self {
        let content = review.content.as_ref();
        let reply = review.reply.as_ref().map(|reply| ReviewReplyView {
            body: reply.body.clone(),
            created_at: reply.created_at,
            updated_at: reply.updated_at,
            is_outdated: review.is_reply_outdated(),
        });
        Self {
            id: review.id,
            product_id: review.product_id,
            rating: review.rating.get(),
            title: content.map(|content| content.title.as_str().to_owned()),
            body: content.map(|content| content.body.as_str().to_owned()),
            images: content.iter().flat_map(|content| &content.images).map(|image| image.as_str().to_owned()).collect(),
            author: content.map(|content| content.author.as_str().to_owned()),
            verified: review.is_verified(),
            variant_id: review.variant_id,
            helpful: review.helpful,
            reply,
            status: review.status,
            created_at: review.created_at,
            edited_at: review.edited_at,
            own: (sight != Sight::Shown).then(|| OwnReview::of(review)),
            moderation: (sight == Sight::Staff).then(|| ReviewModeration::of(review)),
        }
    }
}

impl OwnReview {
    fn of(review: &ProductReview) -> Self {
        let last = review.history.last().filter(|_| review.status == ProductReviewStatus::Rejected);
        Self {
            customer_id: review.customer_id,
            order_id: review.order_id,
            variant_id: review.variant_id,
            refused_for: last.and_then(|step| step.reason),
        }
    }
}

impl ReviewModeration {
    fn of(review: &ProductReview) -> Self {
        let step = |step: &reviews::ReviewStep| {
            let (by, user_id) = match step.by {
                ReviewActor::Author => (ReviewStepBy::Author, None),
                ReviewActor::Reports => (ReviewStepBy::Reports, None),
                ReviewActor::Staff { user } => (ReviewStepBy::Staff, Some(user)),
                ReviewActor::Erasure => (ReviewStepBy::Erasure, None),
            };
            let (holds, note) = (step.holds.clone(), step.note.clone());
            ReviewStepView { status: step.status, at: step.at, by, user_id, holds, reason: step.reason, note }
        };
        Self {
            holds: review.holds.clone(),
            reports: review.reports,
            complaints: review.complaints,
            sentiment: review.sentiment.ten_thousandths(),
            history: review.history.iter().map(step).collect(),
        }
    }
}
