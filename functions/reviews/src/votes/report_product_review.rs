//! `POST /api/v1/reviews/{id}/report`: somebody finds a review not fit to be shown.
//!
//! Round trips: as `POST /api/v1/reviews/{id}/helpful`, with, beside what they said before, one read of the settings and a query and a
//! batch of reads of what they bought, and one read of the product's sums.

use axum::extract::State;
use events::review::ReviewFlagged;
use identity::Reach;
use kernel::{CustomerId, ProductReviewId};
use reviews::{
    ProductReview, ProductReviewDecision, ProductReviewError, ProductReviewStatus, ProductReviews, RefusalReason,
    ReviewActor, ReviewSettings, ReviewVote, VoteKind, may_hide,
};
use serde::{Deserialize, Serialize};
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Json, Needs, Optional, Problem, Reply, RequestInfo};

use crate::{
    REVIEW_FLAGGED, ReviewsModerate, ReviewsWrite,
    reviews::{author::Author, purchased::has_bought, tell::refused},
};

/// Why a review is not fit to be shown.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "reason": "spam" }))]
pub struct ReportReview {
    pub reason: RefusalReason,
    /// Who says so; a user who acts for several names one. A member who leaves it out speaks for the shop.
    pub customer_id: Option<CustomerId>,
}

/// What became of a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewReported {
    pub id: ProductReviewId,
    /// Always true: how many others reported it is not said.
    #[schema(example = true)]
    pub reported: bool,
}

/// Report a review
///
/// Once for each customer, and not one's own; reported again, nothing changes, unless it was written anew since staff approved it.
/// As many customers as the settings say hide it, and so does one member with `reviews:moderate`; staff decides then. Where only
/// those who bought may review, the word of a customer who bought nothing hides nothing: staff sees how many there are.
#[utoipa::path(
    post, path = "/api/v1/reviews/{id}/report",
    responses(
        (status = 200, body = Envelope<ReviewReported>),
        (status = 403, description = "REVIEW_OWN"),
        (status = 409, description = "CONFLICT, CUSTOMER_ERASED")
    )
)]
pub async fn report_product_review(
    State(api): State<Api>,
    caller: Caller<ReviewsWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<ProductReviewId>,
    Json(body): Json<ReportReview>,
) -> Result<Reply, Problem> {
    let reviews = ProductReviews::new(api.table(), caller.scope);
    let moderates = caller.grants.reach(ReviewsModerate::PERMISSION) == Some(Reach::Tenant);
    let outcome = until_settled(Problem::conflict, || async {
        let found = reviews.get(id).await?.map(|review| review.trusted("only what is shown is reported"));
        let before =
            found.filter(|review| review.status == ProductReviewStatus::Approved).ok_or_else(Problem::not_found)?;
        let reply = Reply::ok(&ReviewReported { id, reported: true })?;
        let mut transaction = Transaction::new();
        let after = if moderates && body.customer_id.is_none() {
            let entry = caller.entry(&api, &info, REVIEW_FLAGGED).about(id);
            entry.insert(&mut transaction, caller.scope)?;
            flagged_by_staff(&api, &caller, &before, body.reason)?
        } else {
            let reporter = Author::of(&api, &caller, body.customer_id).await?;
            if reporter.customer.id == before.customer_id {
                return Err(ProductReviewError::Own.into());
            }
            let who = reporter.customer.id.to_string();
            let (former, has_bought, settings) = tokio::try_join!(
                reviews.vote(id, VoteKind::Report, &who),
                has_bought(&api, caller.scope, reporter.customer.id),
                ReviewSettings::read(api.table(), caller.scope),
            )?;
            let (now, counts) = (api.now(), may_hide(has_bought, &settings));
            if former.as_ref().is_some_and(|vote| !before.may_be_reported_again(vote, counts)) {
                return Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled));
            }
            let reason = Some(body.reason);
            let vote = ReviewVote { review: id, reason, is_complaint: !counts, of_version: before.version, at: now };
            match former {
                None => reviews.insert_vote(&mut transaction, (VoteKind::Report, &who), &vote)?,
                Some(_) => reviews.replace_vote(&mut transaction, (VoteKind::Report, &who), &vote)?,
            };
            reporter.add_to(&api, &info, caller.scope, &mut transaction)?;
            if counts { before.reported(&settings, now) } else { before.complained_of(now) }
        };
        let rating = reviews.rating(after.product_id).await?;
        reviews.save(&mut transaction, (&before, &after), &rating)?;
        if after.status == ProductReviewStatus::Flagged {
            let told = ReviewFlagged { review: after.told(), reports: after.reports };
            api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
        }
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

fn flagged_by_staff(
    api: &Api,
    caller: &Caller<ReviewsWrite>,
    before: &ProductReview,
    reason: RefusalReason,
) -> Result<ProductReview, Problem> {
    let by = ReviewActor::Staff { user: caller.user };
    let decision = ProductReviewDecision { to: ProductReviewStatus::Flagged, by, reason: Some(reason), note: None };
    before.decided(decision, api.now()).map_err(refused)?.ok_or_else(Problem::conflict)
}
