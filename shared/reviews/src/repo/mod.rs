//! Where reviews are kept.
//!
//! `REV#<review>` has `REV`, the review, `HELPFUL#<customer>`, that a customer found it helpful, and `REPORT#<who>`, that somebody
//! reported it. All reviews of a tenant are listed by status in GSI1. `CUSTOMER#<customer>` / `REV#<product>#<what was bought>` finds
//! those of a customer, and there is one for each line of an order: it must not exist yet. `REVIEWTEXT#<hash>` / `TEXT` says which
//! review was the first with its words. `REVIEWS#<product>` lists what is shown of a product, in three orders, and has its sums,
//! `RATING`, which are listed by rank in GSI1. All that follows from a change of a review is written with it.

use std::fmt::Display;

use kernel::{CustomerId, Owned, ProductId, ProductReviewId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};
use utoipa::ToSchema;

use crate::{ProductRating, ProductReview, ProductReviewStatus, ReviewVote};

/// A row that only says of which review something is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReviewPointer {
    review: ProductReviewId,
}

impl Record for ReviewPointer {
    const ROWS: &'static [&'static str] = &[
        "CUSTOMER#{party} / REV#{product}#{bought}",
        "REVIEWS#{product} / NEW#{instant}#{review}",
        "REVIEWS#{product} / HELPFUL#{count}#{instant}#{review}",
        "REVIEWS#{product} / STARS#{stars}#{instant}#{review}",
        "REVIEWTEXT#{hash} / TEXT",
    ];
}

impl Record for ProductRating {
    const ROWS: &'static [&'static str] = &["REVIEWS#{product} / RATING"];
}

impl Record for ReviewVote {
    const ROWS: &'static [&'static str] = &["REV#{review} / HELPFUL#{customer}", "REV#{review} / REPORT#{who}"];
}

/// Which reviews come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "Which reviews come first")]
pub enum ReviewOrder {
    /// The newest.
    #[default]
    Newest,
    /// Those that most found helpful.
    Helpful,
    /// Those with the most stars.
    Rating,
}

/// What somebody says of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoteKind {
    /// It is helpful.
    Helpful,
    /// It is not fit to be shown.
    Report,
}

/// The reviews of one tenant.
#[derive(Clone, Copy)]
pub struct ProductReviews<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> ProductReviews<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One by its id, closed until it is known who asks. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: ProductReviewId) -> Result<Option<Owned<ProductReview>>, TableError> {
        let review: Option<ProductReview> = self.table.get(&self.key(id)).await?.map(from_item).transpose()?;
        Ok(review.map(|review| Owned::new(review.party(), review)))
    }

    /// What is shown of a product. One query and one batch of reads.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn shown(
        &self,
        product: ProductId,
        order: ReviewOrder,
        request: &PageRequest,
    ) -> Result<Listed<ProductReview>, TableError> {
        let prefix = match order {
            ReviewOrder::Newest => "NEW#",
            ReviewOrder::Helpful => "HELPFUL#",
            ReviewOrder::Rating => "STARS#",
        };
        let places = Query::partition(self.product(product)).begins_with(prefix).descending();
        let is_shown = |review: &ProductReview| review.status == ProductReviewStatus::Approved;
        pages::pointed(self.table, places, request, |one: &ReviewPointer| self.key(one.review), is_shown).await
    }

    /// Those that stand so, newest first; of a product only, where one is named. The list may lag by a moment. One query, up to ten
    /// for a product.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        status: ProductReviewStatus,
        product: Option<ProductId>,
        request: &PageRequest,
    ) -> Result<Listed<ProductReview>, TableError> {
        let query = Query::gsi1(self.scope.partition("REV")).begins_with(format!("{}#", status.as_str())).descending();
        pages::page(self.table, query, request, |review: &ProductReview| {
            product.is_none_or(|id| review.product_id == id)
        })
        .await
    }

    /// Those of a customer, by product. One query and one batch of reads.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of_customer(
        &self,
        customer: CustomerId,
        request: &PageRequest,
    ) -> Result<Listed<ProductReview>, TableError> {
        let places = Query::partition(self.scope.partition(format_args!("CUSTOMER#{customer}"))).begins_with("REV#");
        pages::pointed(
            self.table,
            places,
            request,
            |one: &ReviewPointer| self.key(one.review),
            |_: &ProductReview| true,
        )
        .await
    }

    /// What the reviews of a product come to. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn rating(&self, product: ProductId) -> Result<ProductRating, TableError> {
        let row = self.table.get(&self.rating_key(product)).await?;
        row.map_or_else(|| Ok(ProductRating::none(product)), from_item)
    }

    /// The products that were reviewed, those of the highest rank first. The list may lag by a moment. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn rated(&self, request: &PageRequest) -> Result<Listed<ProductRating>, TableError> {
        let query = Query::gsi1(self.scope.partition("RATED")).descending();
        pages::page(self.table, query, request, |rating: &ProductRating| rating.count() > 0).await
    }

    /// The review that was the first with these words. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn first_with(&self, text_hash: &str) -> Result<Option<ProductReviewId>, TableError> {
        let row = self.table.get(&self.text_key(text_hash)).await?;
        Ok(row.map(from_item::<ReviewPointer>).transpose()?.map(|first| first.review))
    }

    /// The review that stands in the way of another one of the same. Two reads.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn in_the_way_of(&self, review: &ProductReview) -> Result<Option<ProductReview>, TableError> {
        let claim = self.table.get(&self.claim_key(review)).await?;
        let Some(claim) = claim.map(from_item::<ReviewPointer>).transpose()? else { return Ok(None) };
        self.table.get(&self.key(claim.review)).await?.map(from_item).transpose()
    }

    /// Whether somebody said so of a review. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn vote(&self, id: ProductReviewId, kind: VoteKind, who: &str) -> Result<Option<ReviewVote>, TableError> {
        self.table.get(&self.vote_key(id, kind, who)).await?.map(from_item).transpose()
    }

    /// Adds a new review to a transaction, with all that follows from it; up to seven writes. The slot is of what fails when the
    /// customer has reviewed the same.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(
        &self,
        transaction: &mut Transaction,
        review: &ProductReview,
        rating: &ProductRating,
    ) -> Result<Slot, TableError> {
        let claim = Write::put(self.claim_key(review), &ReviewPointer { review: review.id })?;
        let claim = transaction.add(claim.when(Condition::NotExists));
        self.change(transaction, None, review, rating)?;
        Ok(claim)
    }

    /// Adds a changed review to a transaction, in the place of the version before it, with all that follows from that; up to nine
    /// writes. `rating` is as it was read, and is written only where the review begins or ends to count, or counts otherwise.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(
        &self,
        transaction: &mut Transaction,
        (before, after): (&ProductReview, &ProductReview),
        rating: &ProductRating,
    ) -> Result<(), TableError> {
        self.change(transaction, Some(before), after, rating)
    }

    /// Adds to a transaction that the customer may review the same once more.
    pub fn release(&self, transaction: &mut Transaction, review: &ProductReview) {
        let own = Condition::Equals("review", json!(review.id));
        transaction.add(Write::delete(self.claim_key(review)).when(own));
    }

    /// Adds to a transaction that somebody says so of a review; it fails when they said so before.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_vote(
        &self,
        transaction: &mut Transaction,
        (kind, who): (VoteKind, &str),
        vote: &ReviewVote,
    ) -> Result<Slot, TableError> {
        let row = Write::put(self.vote_key(vote.review, kind, who), vote)?;
        Ok(transaction.add(row.when(Condition::NotExists)))
    }

    /// Adds to a transaction that somebody says so anew, in the place of what they said before.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn replace_vote(
        &self,
        transaction: &mut Transaction,
        (kind, who): (VoteKind, &str),
        vote: &ReviewVote,
    ) -> Result<Slot, TableError> {
        let row = Write::put(self.vote_key(vote.review, kind, who), vote)?;
        Ok(transaction.add(row.when(Condition::Exists)))
    }

    /// Adds to a transaction that somebody says so no more; it fails when they do not.
    pub fn delete_vote(
        &self,
        transaction: &mut Transaction,
        id: ProductReviewId,
        (kind, who): (VoteKind, &str),
    ) -> Slot {
        transaction.add(Write::delete(self.vote_key(id, kind, who)).when(Condition::Exists))
    }

    fn change(
        &self,
        transaction: &mut Transaction,
        before: Option<&ProductReview>,
        after: &ProductReview,
        rating: &ProductRating,
    ) -> Result<(), TableError> {
        let listed = format!("{}#{}#{}", after.status.as_str(), after.created_at, after.id);
        let row = Write::put(self.key(after.id), after)?.gsi1(self.scope.gsi1("REV", listed));
        transaction.add(row.when(Condition::follows(after.version)));
        let (old, new) = (before.map(places).unwrap_or_default(), places(after));
        let partition = format!("REVIEWS#{}", after.product_id);
        for gone in old.iter().filter(|place| !new.contains(place)) {
            transaction.add(Write::delete(self.scope.key(&partition, gone)));
        }
        for place in new.iter().filter(|place| !old.contains(place)) {
            transaction.add(Write::put(self.scope.key(&partition, place), &ReviewPointer { review: after.id })?);
        }
        if let Some(next) = rating.moved(before.and_then(ProductReview::counted), after.counted()) {
            let rank = format!("{:05}#{:012}#{}", next.rank_thousandths(), next.count(), next.product_id);
            let row = Write::put(self.rating_key(next.product_id), &next)?.gsi1(self.scope.gsi1("RATED", rank));
            transaction.add(row.when(Condition::follows(next.version)));
        }
        self.texts(transaction, before, after)
    }

    fn texts(
        &self,
        transaction: &mut Transaction,
        before: Option<&ProductReview>,
        after: &ProductReview,
    ) -> Result<(), TableError> {
        let old = before.and_then(|before| before.text_hash.as_deref());
        let new = after.text_hash.as_deref();
        if old == new {
            return Ok(());
        }
        if let Some(hash) = old {
            transaction.add(Write::delete(self.text_key(hash)).when(Condition::Equals("review", json!(after.id))));
        }
        if let Some(hash) = new {
            let row = Write::put(self.text_key(hash), &ReviewPointer { review: after.id })?;
            transaction.add(row.when(Condition::NotExists));
        }
        Ok(())
    }

    fn key(&self, id: ProductReviewId) -> Key {
        self.scope.key(format_args!("REV#{id}"), "REV")
    }

    fn claim_key(&self, review: &ProductReview) -> Key {
        let line = review.order_id.zip(review.variant_id);
        let bought = line.map_or_else(|| "-".to_owned(), |(order, variant)| format!("{order}#{variant}"));
        let sort = format!("REV#{}#{bought}", review.product_id);
        self.scope.key(format_args!("CUSTOMER#{}", review.customer_id), sort)
    }

    fn product(&self, product: impl Display) -> table::Partition {
        self.scope.partition(format_args!("REVIEWS#{product}"))
    }

    fn rating_key(&self, product: ProductId) -> Key {
        self.scope.key(format_args!("REVIEWS#{product}"), "RATING")
    }

    fn text_key(&self, hash: &str) -> Key {
        self.scope.key(format_args!("REVIEWTEXT#{hash}"), "TEXT")
    }

    fn vote_key(&self, id: ProductReviewId, kind: VoteKind, who: &str) -> Key {
        let kind = match kind {
            VoteKind::Helpful => "HELPFUL",
            VoteKind::Report => "REPORT",
        };
        self.scope.key(format_args!("REV#{id}"), format_args!("{kind}#{who}"))
    }
}

/// Where a review stands in the lists of its product; nowhere while it is not shown.
fn places(review: &ProductReview) -> Vec<String> {
    if review.status != ProductReviewStatus::Approved {
        return Vec::new();
    }
    let ProductReview { id, created_at: at, helpful, rating, .. } = review;
    vec![
        format!("NEW#{at}#{id}"),
        format!("HELPFUL#{helpful:010}#{at}#{id}"),
        format!("STARS#{}#{at}#{id}", rating.get()),
    ]
}

#[cfg(test)]
mod tests;
