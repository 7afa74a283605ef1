//! What the reviews of a product come to, as everybody sees it.

use kernel::ProductId;
use reviews::{ProductRating, written_hundredths, written_thousandths};
use serde::Serialize;
use utoipa::ToSchema;

/// What the reviews of a product come to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewAverage {
    pub product_id: ProductId,
    /// How many reviews there are.
    #[schema(example = 3)]
    pub count: u64,
    /// The average of their stars to two places, half up; null without reviews.
    #[schema(pattern = "^[1-5]\\.[0-9]{2}$", example = "4.33")]
    pub average: Option<String>,
    /// How many gave how many stars, from five to one.
    pub histogram: Vec<StarCount>,
    /// What products are ranked by: their average together with ten reviews of 3.5 stars, `(10 · 3.5 + sum) / (10 + count)`, to
    /// three places, so that one review carries nobody to the top.
    #[schema(pattern = "^[1-5]\\.[0-9]{3}$", example = "3.692")]
    pub rank: String,
}

/// How many gave so many stars.
#[derive(Debug, Serialize, ToSchema)]
pub struct StarCount {
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub stars: u8,
    #[schema(example = 1)]
    pub count: u64,
}

impl From<&ProductRating> for ReviewAverage {
    fn from(rating: &ProductRating) -> Self {
        let counts = (1..).zip(rating.by_stars).map(|(stars, count)| StarCount { stars, count });
        let mut histogram: Vec<StarCount> = counts.collect();
        histogram.reverse();
        Self {
            product_id: rating.product_id,
            count: rating.count(),
            average: rating.average_hundredths().map(written_hundredths),
            histogram,
            rank: written_thousandths(rating.rank_thousandths()),
        }
    }
}
