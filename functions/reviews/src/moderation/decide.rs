//! How staff decides about a review: read, decided, saved and shown, and again for every race that is lost.

use events::review::{ReviewApproved, ReviewRejected};
use identity::audit::Action;
use kernel::ProductReviewId;
use reviews::{
    ProductReview, ProductReviewDecision, ProductReviewStatus, ProductReviews, RefusalReason, ReviewActor, ShopWords,
};
use table::{Race, TableError, Transaction, until_settled};
use web::{Api, Caller, Edit, Problem, Reply};

use crate::{
    ReviewsModerate,
    reviews::{
        review_view::{ProductReviewView, Sight},
        tell::{refused, word},
    },
};

/// What staff decides.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// The review is shown.
    Approved,
    /// It is not.
    Rejected(RefusalReason, Option<ShopWords>),
}

/// A decision that somebody asks for.
pub(crate) struct Deciding<'a> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller<ReviewsModerate>,
    pub(crate) edit: &'a Edit,
    pub(crate) action: Action,
}

impl Deciding<'_> {
    /// Makes it. A review that stands so stays as it is.
    ///
    /// # Errors
    /// Not found, `REVIEW_WRONG_MOVE` with what is `allowed`, 412, and those of the table.
    pub(crate) async fn make(&self, id: ProductReviewId, verdict: Verdict) -> Result<Reply, Problem> {
        let Self { api, caller, edit, action } = self;
        let reviews = ProductReviews::new(api.table(), caller.scope);
        let outcome = until_settled(Problem::conflict, || async {
            let found = reviews.get(id).await?.ok_or_else(Problem::not_found)?;
            let before = found.trusted("staff decides about all reviews");
            edit.if_match.check(before.version)?;
            let decision = self.decision(verdict.clone());
            let mut transaction = Transaction::new();
            let shown = match before.decided(decision, api.now()).map_err(refused)? {
                None => before,
                Some(after) => {
                    let rating = reviews.rating(after.product_id).await?;
                    reviews.save(&mut transaction, (&before, &after), &rating)?;
                    self.tell(&mut transaction, &after, &verdict)?;
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

    fn decision(&self, verdict: Verdict) -> ProductReviewDecision {
        let by = ReviewActor::Staff { user: self.caller.user };
        match verdict {
            Verdict::Approved => {
                ProductReviewDecision { to: ProductReviewStatus::Approved, by, reason: None, note: None }
            }
            Verdict::Rejected(reason, note) => {
                ProductReviewDecision { to: ProductReviewStatus::Rejected, by, reason: Some(reason), note }
            }
        }
    }

    fn tell(&self, transaction: &mut Transaction, review: &ProductReview, verdict: &Verdict) -> Result<(), TableError> {
        let (api, tenant, cause, version) = (self.api, self.caller.tenant(), &self.edit.info, review.version);
        match verdict {
            Verdict::Approved => {
                let told = ReviewApproved { review: review.told(), automatic: false };
                api.insert_event(transaction, tenant, cause, version, &told)?;
            }
            Verdict::Rejected(reason, _) => {
                let told = ReviewRejected { review: review.told(), reason: word(reason) };
                api.insert_event(transaction, tenant, cause, version, &told)?;
            }
        }
        Ok(())
    }
}
