//! `POST /api/v1/reviews/{id}/helpful`: a customer finds a review helpful, or does so no more.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the review, up to two of the customer, one of what they said before, one transaction; from the review on
//! again for every race that is lost.

use axum::extract::State;
use kernel::{CustomerId, ProductReviewId};
use reviews::{ProductRating, ProductReviewError, ProductReviewStatus, ProductReviews, ReviewVote, VoteKind};
use serde::{Deserialize, Serialize};
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Json, Optional, Problem, Reply, RequestInfo};

use crate::{ReviewsWrite, reviews::author::Author};

/// Whether it is helpful.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "helpful": true }))]
pub struct MarkReviewHelpful {
    /// False takes it back.
    pub helpful: bool,
    /// Who says so; a user who acts for several names one, and so do members and servers.
    pub customer_id: Option<CustomerId>,
}

/// How helpful a review is found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewHelpfulness {
    pub id: ProductReviewId,
    /// How many found it helpful.
    #[schema(example = 4)]
    pub helpful: u32,
    /// Whether this customer does.
    #[schema(example = true)]
    pub by_customer: bool,
}

/// Mark a review as helpful
///
/// Once for each customer, and not one's own; it can be taken back, and is of what the review says now: written anew, nobody has
/// found it helpful yet. Said again, it changes nothing. A user who acts for no customer
/// yet becomes one.
#[utoipa::path(
    post, path = "/api/v1/reviews/{id}/helpful",
    responses(
        (status = 200, body = Envelope<ReviewHelpfulness>),
        (status = 403, description = "REVIEW_OWN"),
        (status = 409, description = "CONFLICT, CUSTOMER_ERASED")
    )
)]
pub async fn mark_product_review_helpful(
    State(api): State<Api>,
    caller: Caller<ReviewsWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<ProductReviewId>,
    Json(body): Json<MarkReviewHelpful>,
) -> Result<Reply, Problem> {
    let reviews = ProductReviews::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let found = reviews.get(id).await?.map(|review| review.trusted("only what is shown is voted on"));
        let before =
            found.filter(|review| review.status == ProductReviewStatus::Approved).ok_or_else(Problem::not_found)?;
        let voter = Author::of(&api, &caller, body.customer_id).await?;
        if voter.customer.id == before.customer_id {
            return Err(ProductReviewError::Own.into());
        }
        let who = voter.customer.id.to_string();
        let vote = reviews.vote(id, VoteKind::Helpful, &who).await?;
        let said = vote.as_ref().is_some_and(|vote| before.is_said_of(vote));
        let mut transaction = Transaction::new();
        let after = if said == body.helpful {
            before
        } else {
            let now = api.now();
            let after = before.found_helpful(body.helpful, now);
            if body.helpful {
                let (by, former) = ((VoteKind::Helpful, who.as_str()), vote);
                let vote =
                    ReviewVote { review: id, reason: None, is_complaint: false, of_version: before.version, at: now };
                match former {
                    None => reviews.insert_vote(&mut transaction, by, &vote)?,
                    Some(_) => reviews.replace_vote(&mut transaction, by, &vote)?,
                };
            } else {
                reviews.delete_vote(&mut transaction, id, (VoteKind::Helpful, &who));
            }
            reviews.save(&mut transaction, (&before, &after), &ProductRating::none(after.product_id))?;
            voter.add_to(&api, &info, caller.scope, &mut transaction)?;
            after
        };
        let view = ReviewHelpfulness { id, helpful: after.helpful, by_customer: body.helpful };
        let reply = Reply::ok(&view)?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
#[path = "votes_tests.rs"]
mod tests;
