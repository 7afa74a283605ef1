//! `review.created` and what comes behind it: staff hears of reviews that wait, and authors of what became of theirs.

use cloud::Ctx;
use events::{
    Event, Told,
    review::{ReviewApproved, ReviewCreated, ReviewFacts, ReviewFlagged, ReviewRejected, ReviewReplied, ReviewUpdated},
};
use kernel::Party;
use messaging::{
    Values,
    catalogue::{MessageKind, REVIEW_APPROVED, REVIEW_HELD, REVIEW_REJECTED, REVIEW_REPLIED},
};

use crate::{NotifierError, announcer::Announcer, money::customer::to_customer};

/// To the owner, where it waits.
pub(crate) async fn created(ctx: Ctx, Told { event, data }: Told<ReviewCreated>) -> Result<(), NotifierError> {
    if data.holds.is_empty() { Ok(()) } else { tell_owner(&ctx, &event, &data.review).await }
}

/// To the owner, where it waits.
pub(crate) async fn updated(ctx: Ctx, Told { event, data }: Told<ReviewUpdated>) -> Result<(), NotifierError> {
    if data.holds.is_empty() { Ok(()) } else { tell_owner(&ctx, &event, &data.review).await }
}

/// To the owner.
pub(crate) async fn flagged(ctx: Ctx, Told { event, data }: Told<ReviewFlagged>) -> Result<(), NotifierError> {
    tell_owner(&ctx, &event, &data.review).await
}

/// To its author, where it waited: whoever sees it at once needs no message.
pub(crate) async fn approved(ctx: Ctx, Told { event, data }: Told<ReviewApproved>) -> Result<(), NotifierError> {
    if data.automatic { Ok(()) } else { tell_author(&ctx, &event, (REVIEW_APPROVED, &data.review)).await }
}

/// To its author, who sees why with the review.
pub(crate) async fn rejected(ctx: Ctx, Told { event, data }: Told<ReviewRejected>) -> Result<(), NotifierError> {
    tell_author(&ctx, &event, (REVIEW_REJECTED, &data.review)).await
}

/// To its author, once.
pub(crate) async fn replied(ctx: Ctx, Told { event, data }: Told<ReviewReplied>) -> Result<(), NotifierError> {
    if data.changed { Ok(()) } else { tell_author(&ctx, &event, (REVIEW_REPLIED, &data.review)).await }
}

async fn tell_author(
    ctx: &Ctx,
    event: &Event,
    (kind, review): (MessageKind, &ReviewFacts),
) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(ctx, event).await? else { return Ok(()) };
    let says = Values::new().text("product", &review.product_title);
    announcer.tell(to_customer(&announcer, Party::Customer(review.customer_id), kind, says).await?).await
}

/// In the platform's name.
async fn tell_owner(ctx: &Ctx, event: &Event, review: &ReviewFacts) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(ctx, event).await? else { return Ok(()) };
    let says = Values::new().text("product", &review.product_title);
    let says = says.text("stars", &review.rating.to_string()).text("review", &review.review_id.to_string());
    announcer.tell_owner(REVIEW_HELD, says).await
}
