//! How staff changes a review: read, changed, saved and shown, and again for every race that is lost.

use events::Payload;
use identity::audit::Action;
use kernel::ProductReviewId;
use reviews::{
    ProductRating, ProductReview, ProductReviewDecision, ProductReviewError, ProductReviewStatus, ProductReviews,
    RefusalReason, ReviewActor, ShopWords,
};
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Problem, Reply};

use crate::{
    ReviewsModerate,
    reviews::{
        review_view::{ProductReviewView, Sight},
        tell::refused,
    },
};

/// A change that somebody asks for.
pub(crate) struct Deciding<'a> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller<ReviewsModerate>,
    pub(crate) edit: &'a Edit,
    pub(crate) action: Action,
}

impl Deciding<'_> {
    /// Makes it, and tells of it. A review that stands so stays as it is.
    ///
    /// # Errors
    /// Not found, `REVIEW_WRONG_MOVE` with what is `allowed`, 412, and those of the table.
    pub(crate) async fn make<P: Payload>(
        &self,
        id: ProductReviewId,
        change: impl Fn(&ProductReview) -> Result<Option<ProductReview>, ProductReviewError>,
        told: impl Fn(&ProductReview, &ProductReview) -> P,
    ) -> Result<Reply, Problem> {
        let Self { api, caller, edit, action } = self;
        let reviews = ProductReviews::new(api.table(), caller.scope);
        let outcome = until_settled(Problem::conflict, || async {
            let found = reviews.get(id).await?.ok_or_else(Problem::not_found)?;
            let before = found.trusted("staff changes all reviews");
            edit.if_match.check(before.version)?;
            let mut transaction = Transaction::new();
            let shown = match change(&before).map_err(refused)? {
                None => before,
                Some(after) => {
                    // Nothing but its status moves the sums.
                    let rating = if after.status == before.status {
                        ProductRating::none(after.product_id)
                    } else {
                        reviews.rating(after.product_id).await?
                    };
                    reviews.save(&mut transaction, (&before, &after), &rating)?;
                    let told = told(&before, &after);
                    api.insert_event(&mut transaction, caller.tenant(), &edit.info, after.version, &told)?;
                    let entry = caller.entry(api, &edit.info, action.clone()).about(id);
                    entry.insert(&mut transaction, caller.scope)?;
                    after
                }
            };
            let reply = Reply::ok(&ProductReviewView::of(&shown, Sight::Staff))?.version(shown.version);
            Ok(edit.key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
        })
        .await;
        edit.key.settle(api, outcome).await
    }

    /// That the review is shown.
    pub(crate) fn approval(&self) -> ProductReviewDecision {
        self.decision(ProductReviewStatus::Approved)
    }

    /// That it is not.
    pub(crate) fn refusal(&self, reason: RefusalReason, note: Option<ShopWords>) -> ProductReviewDecision {
        ProductReviewDecision { reason: Some(reason), note, ..self.decision(ProductReviewStatus::Rejected) }
    }

    fn decision(&self, to: ProductReviewStatus) -> ProductReviewDecision {
        ProductReviewDecision { to, by: ReviewActor::Staff { user: self.caller.user }, reason: None, note: None }
    }
}
