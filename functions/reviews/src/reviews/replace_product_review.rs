//! `PUT /api/v1/reviews/{id}`: its author writes a review anew.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the review, up to one of whom the caller acts for, one of the customer, at once one of the settings and
//! one of the product's sums, one of who wrote the same, one transaction; from the review on again for every race that is lost.

use axum::extract::State;
use identity::Reach;
use kernel::ProductReviewId;
use reviews::{
    ProductReviewStatus, ProductReviews, ReviewAuthor, ReviewBody, ReviewImage, ReviewSettings, ReviewTitle, Stars,
};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    ReviewsWrite,
    reviews::{
        author::Author,
        review_view::{ProductReviewView, Sight},
        tell::{refused, tell_written},
        writing::Writing,
    },
};

/// What the review says from now on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "rating": 4, "title": "Still good", "body": "A button came off, and they sent another." }))]
pub struct ReplaceReview {
    pub rating: Stars,
    pub title: ReviewTitle,
    pub body: ReviewBody,
    /// The name that it is shown under; as before when left out.
    pub author: Option<ReviewAuthor>,
    /// Images; none when left out.
    #[serde(default)]
    #[schema(required = false, max_items = 5)]
    pub images: Vec<ReviewImage>,
}

/// Replace a review
///
/// For as many days as the settings say. A member or a server writes anew what a member or a server wrote for a customer, not what
/// the customer wrote. It is looked through as a new one; what was refused or hidden before waits for a person
/// whatever it says. What is written again as it was changes nothing.
#[utoipa::path(
    put, path = "/api/v1/reviews/{id}",
    responses(
        (status = 200, body = Envelope<ProductReviewView>),
        (status = 403, description = "FORBIDDEN: it is in the words of a customer"),
        (status = 409, description = "CONFLICT, REVIEW_EDIT_OVER, CUSTOMER_ERASED; REVIEW_WRONG_MOVE: it is deleted")
    )
)]
pub async fn replace_product_review(
    State(api): State<Api>,
    caller: Caller<ReviewsWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<ProductReviewId>,
    Json(body): Json<ReplaceReview>,
) -> Result<Reply, Problem> {
    let (scope, reviews) = (caller.scope, ProductReviews::new(api.table(), caller.scope));
    let writing =
        Writing { rating: body.rating, title: body.title, body: body.body, author: body.author, images: body.images };
    let outcome = until_settled(Problem::conflict, || async {
        let found = reviews.get(id).await?.ok_or_else(Problem::not_found)?;
        let before = caller.open(&api, found).await?;
        if before.status == ProductReviewStatus::Deleted {
            return Err(Problem::not_found());
        }
        if before.is_in_own_words() && caller.reach == Reach::Tenant {
            return Err(Problem::forbidden("a customer wrote this, and nobody else changes what they said"));
        }
        if_match.check(before.version)?;
        let author = Author::of(&api, &caller, Some(before.customer_id)).await?;
        let read = ReviewSettings::read(api.table(), scope);
        let (settings, rating) = tokio::try_join!(read, reviews.rating(before.product_id))?;
        before.may_be_edited(&settings, api.now()).map_err(refused)?;
        let judging = (id, Some(&before), &settings);
        let written = writing.clone().judged(&reviews, &author, judging).await?;
        let mut transaction = Transaction::new();
        let shown = match before.edited(written, api.now()) {
            None => before,
            Some(after) => {
                reviews.save(&mut transaction, (&before, &after), &rating)?;
                author.add_to(&api, &info, scope, &mut transaction)?;
                author.record((&api, &caller), &info, &mut transaction, id)?;
                tell_written(&api, (scope, &info), &mut transaction, &after)?;
                after
            }
        };
        let reply = Reply::ok(&ProductReviewView::of(&shown, Sight::Own))?.version(shown.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
