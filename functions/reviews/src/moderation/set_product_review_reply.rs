//! `POST /api/v1/reviews/{id}/reply`: the shop answers a review.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the review, one transaction; from the review on again for every race that is lost.

use axum::extract::State;
use events::review::ReviewReplied;
use kernel::ProductReviewId;
use reviews::{ProductRating, ProductReviews, ShopWords};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    REVIEW_REPLIED, ReviewsModerate,
    reviews::{
        review_view::{ProductReviewView, Sight},
        tell::refused,
    },
};

/// What the shop answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "body": "Thank you. We have told the workshop." }))]
pub struct SetReviewReply {
    pub body: ShopWords,
}

/// Set the reply to a review
///
/// There is one; another one takes its place. It is shown with the review, as `isOutdated` once the author has written that anew.
/// The author gets a message about the first.
#[utoipa::path(
    post, path = "/api/v1/reviews/{id}/reply",
    responses(
        (status = 200, body = Envelope<ProductReviewView>),
        (status = 409, description = "CONFLICT; REVIEW_WRONG_MOVE: it is deleted")
    )
)]
pub async fn set_product_review_reply(
    State(api): State<Api>,
    caller: Caller<ReviewsModerate>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<ProductReviewId>,
    Json(body): Json<SetReviewReply>,
) -> Result<Reply, Problem> {
    let reviews = ProductReviews::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let found = reviews.get(id).await?.ok_or_else(Problem::not_found)?;
        let before = found.trusted("staff answers all reviews");
        if_match.check(before.version)?;
        let mut transaction = Transaction::new();
        let shown = match before.replied(body.body.clone(), api.now()).map_err(refused)? {
            None => before,
            Some(after) => {
                let unmoved = ProductRating::none(after.product_id);
                reviews.save(&mut transaction, (&before, &after), &unmoved)?;
                let told = ReviewReplied { review: after.told(), changed: before.reply.is_some() };
                api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
                let entry = caller.entry(&api, &info, REVIEW_REPLIED).about(id);
                entry.insert(&mut transaction, caller.scope)?;
                after
            }
        };
        let reply = Reply::ok(&ProductReviewView::of(&shown, Sight::Staff))?.version(shown.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
