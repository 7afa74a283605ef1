//! Reviews of products: written by customers, looked through, moderated by staff, and added up.
//!
//! What is approved is for everybody who names the tenant; an author sees their own as they stand, and staff sees all of it. What
//! a review counts with moves the sums of its product in the transaction that changes the review.

mod averages;
mod moderation;
mod reviews;
mod settings;
mod votes;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "reviews":
        settings { get_product_review_settings, replace_product_review_settings },
        averages { list_product_review_averages, get_product_review_average },
        reviews { list_product_reviews, create_product_review, get_product_review, replace_product_review, delete_product_review },
        moderation { approve_product_review, reject_product_review, set_product_review_reply, delete_product_review_reply },
        votes { mark_product_review_helpful, report_product_review },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<ReviewsModerate>(),
    NeededPermission::of::<ReviewsRead>(),
    NeededPermission::of::<ReviewsWrite>(),
];

/// A review is shown because staff said so.
pub(crate) const REVIEW_APPROVED: Action = Action::new("review.approved");
/// Staff deleted a review.
pub(crate) const REVIEW_DELETED: Action = Action::new("review.deleted");
/// Staff reported a review, which hides it.
pub(crate) const REVIEW_FLAGGED: Action = Action::new("review.flagged");
/// Staff refused a review.
pub(crate) const REVIEW_REJECTED: Action = Action::new("review.rejected");
/// Staff answered a review.
pub(crate) const REVIEW_REPLIED: Action = Action::new("review.replied");
/// Staff took back the answer to a review.
pub(crate) const REVIEW_REPLY_REMOVED: Action = Action::new("review.reply_removed");
/// Staff wrote a review for a customer, or wrote such a one anew.
pub(crate) const REVIEW_WRITTEN: Action = Action::new("review.written");
/// How reviews are taken was changed.
pub(crate) const REVIEW_SETTINGS_CHANGED: Action = Action::new("review_settings.changed");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    REVIEW_APPROVED,
    REVIEW_DELETED,
    REVIEW_FLAGGED,
    REVIEW_REJECTED,
    REVIEW_REPLIED,
    REVIEW_REPLY_REMOVED,
    REVIEW_WRITTEN,
    REVIEW_SETTINGS_CHANGED,
];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Seeing reviews.
#[derive(Clone, Copy, Debug)]
pub struct ReviewsRead;

impl Needs for ReviewsRead {
    const PERMISSION: &'static str = "reviews:read";
    const MEANING: &'static str = "See the reviews that are shown, and one's own";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Writing reviews.
#[derive(Clone, Copy, Debug)]
pub struct ReviewsWrite;

impl Needs for ReviewsWrite {
    const PERMISSION: &'static str = "reviews:write";
    const MEANING: &'static str =
        "Write reviews, find others helpful and report them; over the whole organisation, for its customers";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Deciding which reviews are shown.
#[derive(Clone, Copy, Debug)]
pub struct ReviewsModerate;

impl Needs for ReviewsModerate {
    const PERMISSION: &'static str = "reviews:moderate";
    const MEANING: &'static str = "See all reviews, decide which are shown, answer them, and say how they are taken";
}
