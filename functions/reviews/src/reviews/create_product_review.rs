//! `POST /api/v1/reviews`: a customer says something of a product.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key, up
//! to two of the customer, at once one read of the settings, one query of the product, one read of the order and one of the product's
//! sums, one read of who wrote the same, one transaction of review, lists, sums, events and idempotency row, two reads where the
//! customer reviewed the same before; from the customer on
//! again for every race that is lost.

use axum::extract::State;
use kernel::{CustomerId, OrderId, ProductId, ProductReviewId, VariantId};
use reviews::{
    NewReview, ProductReview, ProductReviewError, ProductReviewStatus, ProductReviews, ReviewAuthor, ReviewBody,
    ReviewImage, ReviewSettings, ReviewTitle, Stars, may_review,
};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    ReviewsWrite,
    reviews::{
        author::Author,
        purchased::Named,
        review_view::{ProductReviewView, Sight},
        tell::tell_written,
        writing::Writing,
    },
};

/// What a customer says of a product.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "productId": "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "orderId": "ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "rating": 5,
    "title": "Soft and well made", "body": "The colours stayed after ten washes."
}))]
pub struct CreateReview {
    pub product_id: ProductId,
    /// The order in which they bought it. Without one the review is not verified, and is taken only where the settings allow that.
    pub order_id: Option<OrderId>,
    /// The variant that they bought; needed where the order has several of the product.
    pub variant_id: Option<VariantId>,
    pub rating: Stars,
    pub title: ReviewTitle,
    pub body: ReviewBody,
    /// The name that it is shown under; the first name and an initial when left out.
    pub author: Option<ReviewAuthor>,
    /// Images; with any, the review waits for a person.
    #[serde(default)]
    #[schema(required = false, max_items = 5)]
    pub images: Vec<ReviewImage>,
    /// Who says it. A user who acts for no customer yet, and leaves it out, becomes one; who acts for several names one, and so do
    /// members and servers for others.
    pub customer_id: Option<CustomerId>,
}

/// Create a review
///
/// Of each line of an order, and of each product without one, a customer has one review. What was bought and sent back may be
/// reviewed too. Whoever bought as a guest has no session to say so with: staff or a server writes for them, with `customerId`, or
/// they become a user. A clean one is shown at once; one with blocked words, links, addresses, numbers, images, the words of another, or stars that deny its words, waits for a person:
/// `status` is `pending`.
#[utoipa::path(
    post, path = "/api/v1/reviews",
    responses(
        (status = 201, body = Envelope<ProductReviewView>),
        (status = 403, description = "REVIEW_PURCHASE_NEEDED"),
        (status = 404, description = "NOT_FOUND: there is no such product, order or customer"),
        (
            status = 409,
            description = "REVIEW_EXISTS, REVIEW_CLOSED, REVIEW_TOO_EARLY, REVIEW_ORDER_OVER, CUSTOMER_ERASED, \
                           TOO_MANY_CUSTOMERS, CONFLICT"
        ),
        (status = 422, description = "VALIDATION_FAILED; REVIEW_NOT_BOUGHT: the order has nothing of the product")
    )
)]
pub async fn create_product_review(
    State(api): State<Api>,
    caller: Caller<ReviewsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateReview>,
) -> Result<Reply, Problem> {
    let (scope, reviews) = (caller.scope, ProductReviews::new(api.table(), caller.scope));
    let named = Named { product: body.product_id, order: body.order_id, variant: body.variant_id };
    let writing =
        Writing { rating: body.rating, title: body.title, body: body.body, author: body.author, images: body.images };
    let id = ProductReviewId::new(api.new_ulid());
    let outcome = until_settled(Problem::conflict, || async {
        let author = Author::of(&api, &caller, body.customer_id).await?;
        let (settings, article, purchase, rating) = tokio::try_join!(
            async { Ok(ReviewSettings::read(api.table(), scope).await?) },
            named.product(&api, scope),
            named.purchase(&api, scope, &author.customer),
            async { Ok(reviews.rating(named.product).await?) },
        )?;
        may_review(purchase.as_ref(), &settings)?;
        let written = writing.clone().judged(&reviews, &author, (id, None, &settings)).await?;
        let new = NewReview {
            id,
            product_id: named.product,
            product_title: article.product.text.title.as_str().to_owned(),
            customer_id: author.customer.id,
            user_id: author.user,
            purchase,
        };
        let review = ProductReview::new(new, written, api.now());
        let mut transaction = Transaction::new();
        let claim = reviews.insert(&mut transaction, &review, &rating)?;
        author.add_to(&api, &info, scope, &mut transaction)?;
        author.record((&api, &caller), &info, &mut transaction, id)?;
        tell_written(&api, (scope, &info), &mut transaction, &review)?;
        let reply = Reply::created(&ProductReviewView::of(&review, Sight::Own))?.version(review.version);
        match key.try_commit(&api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            Err(cancelled) if cancelled.failed(claim).is_some() => Err(match reviews.in_the_way_of(&review).await? {
                Some(other) if other.status == ProductReviewStatus::Deleted => ProductReviewError::Closed.into(),
                Some(_) | None => ProductReviewError::Exists.into(),
            }),
            Err(_) => Ok(Race::Lost),
        }
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
#[path = "review_tests.rs"]
mod tests;
