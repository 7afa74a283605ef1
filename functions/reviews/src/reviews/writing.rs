//! What somebody writes, looked through.

use kernel::ProductReviewId;
use reviews::{
    ProductReview, ProductReviews, ReviewAuthor, ReviewBackground, ReviewBody, ReviewContent, ReviewImage,
    ReviewSettings, ReviewTitle, Stars, Written, judge, text_hash,
};
use web::Problem;

use crate::reviews::author::Author;

/// How many images a review has at most.
const MOST_IMAGES: usize = 5;

/// What somebody writes.
#[derive(Clone, Debug)]
pub(crate) struct Writing {
    pub(crate) rating: Stars,
    pub(crate) title: ReviewTitle,
    pub(crate) body: ReviewBody,
    pub(crate) author: Option<ReviewAuthor>,
    pub(crate) images: Vec<ReviewImage>,
}

impl Writing {
    /// How it is judged, beside the review that it takes the place of. One read for a text that is long enough to be told from
    /// others.
    ///
    /// # Errors
    /// 422 for too many images; those of the table.
    pub(crate) async fn judged(
        self,
        reviews: &ProductReviews<'_>,
        author: &Author,
        (id, before, settings): (ProductReviewId, Option<&ProductReview>, &ReviewSettings),
    ) -> Result<Written, Problem> {
        if self.images.len() > MOST_IMAGES {
            let detail = format!("show at most {MOST_IMAGES} images");
            return Err(Problem::invalid("/images", "INVALID_LENGTH", detail));
        }
        let known_as = before.and_then(|review| review.content.as_ref()).map(|content| content.author.clone());
        let by = author.writer();
        let shortened = || ReviewAuthor::shortened(author.customer.contact.name.as_str());
        let author = self.author.or(known_as).or_else(shortened);
        let author = author.or_else(|| "Customer".to_owned().try_into().ok()).ok_or_else(Problem::unacceptable)?;
        let content = ReviewContent { author, title: self.title, body: self.body, images: self.images };
        let hash = text_hash(&content);
        let first = match &hash {
            Some(hash) => reviews.first_with(hash).await?,
            None => None,
        };
        let is_repeated = first.is_some_and(|first| first != id);
        let held_before = before.is_some_and(ProductReview::held_before);
        let (sentiment, holds) = judge(&content, self.rating, settings, ReviewBackground { is_repeated, held_before });
        let text_hash = hash.filter(|_| !is_repeated);
        Ok(Written { by, rating: self.rating, content, sentiment, holds, text_hash })
    }
}
