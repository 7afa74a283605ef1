//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{ProductRating, ProductReview, ReviewSettings, ReviewVote, repo::ReviewPointer};

#[test]
fn rows_stay_readable() {
    from_golden::<ProductRating>(include_str!("golden/product_rating.json")).unwrap();
    from_golden::<ProductReview>(include_str!("golden/product_review.json")).unwrap();
    from_golden::<ProductReview>(include_str!("golden/product_review.held.json")).unwrap();
    from_golden::<ProductReview>(include_str!("golden/product_review.forgotten.json")).unwrap();
    from_golden::<ReviewPointer>(include_str!("golden/review_pointer.json")).unwrap();
    from_golden::<ReviewSettings>(include_str!("golden/review_settings.json")).unwrap();
    from_golden::<ReviewVote>(include_str!("golden/review_vote.json")).unwrap();
}
