//! What customers say of products: reviews, how they are judged, and what they come to.
//!
//! A [`ProductReview`] is shown at once where it is clean, and else waits for a person ([`judge`]): its words are looked through for what
//! is blocked, for links and numbers, for words that others wrote, and for a mood ([`Sentiment`]) that its stars deny. What it
//! counts with moves the sums of its product ([`ProductRating`]) in the transaction that changes the review. Nothing here knows of
//! orders or products: whoever puts them together hands in what they say ([`Purchase`]).

mod content;
mod error;
mod folding;
#[cfg(test)]
mod golden;
mod judging;
mod purchase;
mod rating;
mod repo;
mod review;
mod sentiment;
mod settings;
mod status;
mod vote;
mod words;

pub use content::ReviewContent;
pub use error::ProductReviewError;
pub use judging::{HoldReason, ReviewBackground, judge, text_hash};
pub use purchase::{Purchase, PurchaseStage, may_hide, may_review};
pub use rating::{PRIOR_COUNT, PRIOR_HUNDREDTHS, ProductRating, written_hundredths, written_thousandths};
pub use repo::{ProductReviews, ReviewOrder, VoteKind};
pub use review::{
    NewReview, ProductReview, ProductReviewDecision, RefusalReason, ReviewActor, ReviewReply, ReviewStep, Written,
};
pub use sentiment::Sentiment;
pub use settings::{
    Approval, BlockedWord, CountsFrom, EditDays, MOST_BLOCKED, ReportsToFlag, ReviewSettings, Unverified,
};
pub use status::ProductReviewStatus;
pub use vote::ReviewVote;
pub use words::{ReviewAuthor, ReviewBody, ReviewImage, ReviewTitle, ShopWords, Stars};
