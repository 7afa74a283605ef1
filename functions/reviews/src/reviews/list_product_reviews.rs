//! `GET /api/v1/reviews`: what is said of a product; for staff what waits; for a customer their own.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one query and one
//! batch of reads; for staff by status one query, up to ten of one product.

use axum::extract::State;
use identity::Reach;
use kernel::{CustomerId, Party, ProductId};
use reviews::{ProductReview, ProductReviewStatus, ProductReviews, ReviewOrder};
use serde::Deserialize;
use table::pages::Listed;
use utoipa::ToSchema;
use web::{Api, Needs, PageOf, Pager, PerhapsCaller, Problem, QueryString, Reply, Whose};

use crate::{
    ReviewsModerate, ReviewsRead,
    reviews::{
        get_product_review::moderates,
        review_view::{ProductReviewView, Sight},
    },
};

/// Which reviews.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReviewsQuery {
    /// Of this product. Needed by whoever is not staff, unless a customer is named.
    pub product_id: Option<ProductId>,
    /// Of this customer, however they stand.
    pub customer_id: Option<CustomerId>,
    /// That stand so, for staff with `reviews:moderate`: newest first. Those that wait, when left out with the product.
    pub status: Option<ProductReviewStatus>,
    /// Which of a product's come first; the newest when left out.
    pub sort: Option<ReviewOrder>,
}

/// List reviews of products
///
/// Those of a product that are shown, in the order of `sort`; without a token, of the tenant that `X-Tenant-ID` names. Staff lists
/// them by `status`. With `customerId` those of a customer, for the customer and for staff.
#[utoipa::path(get, path = "/api/v1/reviews", responses((status = 200, body = PageOf<ProductReviewView>)))]
pub async fn list_product_reviews(
    State(api): State<Api>,
    caller: PerhapsCaller<ReviewsRead>,
    pager: Pager,
    QueryString(query): QueryString<ReviewsQuery>,
) -> Result<Reply, Problem> {
    let reviews = ProductReviews::new(api.table(), caller.scope);
    let is_staff = moderates(&caller.grants);
    let sight = if is_staff { Sight::Staff } else { Sight::Shown };
    let page = match (query.customer_id, query.status, query.product_id) {
        (Some(customer), status, product) => {
            let customer = within_reach(&api, &caller, customer).await?;
            let page = reviews.of_customer(customer, &pager.request()).await?;
            let sight = if is_staff { Sight::Staff } else { Sight::Own };
            let is_asked = |review: &ProductReview| {
                let is_seen = is_staff || review.status != ProductReviewStatus::Deleted;
                is_seen
                    && status.is_none_or(|status| review.status == status)
                    && product.is_none_or(|product| review.product_id == product)
            };
            let items = page.items.into_iter().filter(is_asked).collect();
            return shown(&api, &pager, Listed { items, last: page.last }, sight);
        }
        (None, None | Some(ProductReviewStatus::Approved), Some(product)) => {
            reviews.shown(product, query.sort.unwrap_or_default(), &pager.request()).await?
        }
        (None, status, product) if is_staff => {
            reviews.list(status.unwrap_or(ProductReviewStatus::Pending), product, &pager.request()).await?
        }
        (None, Some(ProductReviewStatus::Approved) | None, None) => {
            return Err(Problem::invalid("productId", "REQUIRED", "name the product"));
        }
        (None, Some(_), _) => {
            let detail = format!("reviews that are not shown need {}", ReviewsModerate::PERMISSION);
            return Err(Problem::forbidden(detail));
        }
    };
    shown(&api, &pager, page, sight)
}

fn shown(api: &Api, pager: &Pager, page: Listed<ProductReview>, sight: Sight) -> Result<Reply, Problem> {
    let rows = page.items.iter().map(|review| ProductReviewView::of(review, sight)).collect();
    Reply::page(rows, pager.info(api, page.last)?)
}

/// A customer whose reviews the caller sees however they stand.
async fn within_reach(
    api: &Api,
    caller: &PerhapsCaller<ReviewsRead>,
    asked: CustomerId,
) -> Result<CustomerId, Problem> {
    let nobody = || Problem::not_found().named_at("customerId");
    let known = caller.caller.as_ref().ok_or_else(nobody)?;
    if known.reach == Reach::Tenant && !moderates(&caller.grants) {
        return Err(known.lacks(ReviewsModerate::PERMISSION));
    }
    match known.whose(api, Some(asked)).await? {
        Whose::Partys(Party::Customer(customer)) => Ok(customer),
        Whose::Partys(Party::Tenant(_)) | Whose::Everybodys | Whose::Nobodys => Err(nobody()),
    }
}
