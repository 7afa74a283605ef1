//! What the reviews of a product come to: how many gave how many stars, the average, and a rank that few reviews cannot carry far.

use kernel::ProductId;
use serde::{Deserialize, Serialize};

use crate::Stars;

/// How many reviews of the average the rank begins with: C of `(C·m + sum) / (C + n)`.
pub const PRIOR_COUNT: u64 = 10;
/// The stars of each of them, in hundredths: m. Somewhat below what most products get.
pub const PRIOR_HUNDREDTHS: u64 = 350;

/// What the approved reviews of a product come to, as stored; nothing when there is no row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductRating {
    /// Of which product.
    pub product_id: ProductId,
    /// How many gave one star, two, and so on to five.
    pub by_stars: [u64; 5],
    /// Raised by every change, from 1; 0 when there is no row.
    pub version: u64,
}

impl ProductRating {
    /// That of a product without reviews.
    pub const fn none(product_id: ProductId) -> Self {
        Self { product_id, by_stars: [0; 5], version: 0 }
    }

    /// How many reviews there are.
    pub fn count(&self) -> u64 {
        self.by_stars.iter().sum()
    }

    /// All their stars together.
    pub fn sum(&self) -> u64 {
        (1..).zip(&self.by_stars).map(|(stars, count): (u64, _)| stars * count).sum()
    }

    /// The average in hundredths of a star, half up; none without reviews.
    pub fn average_hundredths(&self) -> Option<u64> {
        let count = self.count();
        (200 * self.sum() + count).checked_div(2 * count)
    }

    /// The average of these reviews and [`PRIOR_COUNT`] of [`PRIOR_HUNDREDTHS`], in thousandths of a star, half up.
    pub fn rank_thousandths(&self) -> u64 {
        let count = PRIOR_COUNT + self.count();
        (20 * PRIOR_COUNT * PRIOR_HUNDREDTHS + 2_000 * self.sum() + count) / (2 * count)
    }

    /// After a review that counted with `before`, where it counted, counts with `after`; none where nothing changes.
    #[must_use]
    pub fn moved(&self, before: Option<Stars>, after: Option<Stars>) -> Option<Self> {
        if before == after {
            return None;
        }
        let mut next = Self { version: self.version + 1, ..self.clone() };
        if let Some(count) = before.and_then(|stars| next.of(stars)) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = after.and_then(|stars| next.of(stars)) {
            *count += 1;
        }
        Some(next)
    }

    fn of(&mut self, stars: Stars) -> Option<&mut u64> {
        self.by_stars.get_mut(usize::from(stars.get()).saturating_sub(1))
    }
}

/// A number of hundredths, as written: `4.33`.
pub fn written_hundredths(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A number of thousandths, as written: `4.333`.
pub fn written_thousandths(thousandths: u64) -> String {
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rating(by_stars: [u64; 5]) -> ProductRating {
        ProductRating { by_stars, ..ProductRating::none("prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()) }
    }

    #[test]
    fn an_average_has_two_places_half_up() {
        let average = |by_stars| rating(by_stars).average_hundredths().map(written_hundredths);
        assert_eq!(average([0; 5]), None);
        assert_eq!(average([0, 0, 0, 2, 1]).as_deref(), Some("4.33"));
        assert_eq!(average([0, 0, 0, 1, 2]).as_deref(), Some("4.67"));
        // 4.125 and 4.375 are halves.
        assert_eq!(average([0, 0, 0, 7, 1]).as_deref(), Some("4.13"));
        assert_eq!(average([0, 0, 0, 5, 3]).as_deref(), Some("4.38"));
        assert_eq!(average([1, 0, 0, 0, 0]).as_deref(), Some("1.00"));
    }

    #[test]
    fn few_reviews_carry_a_product_less_far_than_many() {
        assert_eq!(written_thousandths(rating([0; 5]).rank_thousandths()), "3.500");
        // (10 · 3.5 + 5) / 11 and (10 · 3.5 + 490) / 110.
        let (one, many) = (rating([0, 0, 0, 0, 1]), rating([0, 0, 0, 10, 90]));
        assert_eq!([&one, &many].map(ProductRating::rank_thousandths), [3_636, 4_773]);
        assert!(rating([1, 0, 0, 0, 0]).rank_thousandths() < rating([0; 5]).rank_thousandths());
    }

    proptest! {
        #[test]
        fn what_is_added_can_be_taken_away(by_stars in prop::array::uniform5(0_u64..1_000_000), stars in 1_u8..=5, other in 1_u8..=5) {
            let (before, stars, other) = (rating(by_stars), Stars::try_from(stars).unwrap(), Stars::try_from(other).unwrap());
            let more = before.moved(None, Some(stars)).unwrap();
            prop_assert_eq!((more.count(), more.sum()), (before.count() + 1, before.sum() + u64::from(stars.get())));
            prop_assert_eq!(more.moved(Some(stars), None).unwrap().by_stars, before.by_stars);
            prop_assert_eq!(more.moved(Some(stars), Some(stars)), None);
            if let Some(changed) = more.moved(Some(stars), Some(other)) {
                prop_assert_eq!(changed.count(), more.count());
            }
            let average = more.average_hundredths().unwrap();
            prop_assert!((100..=500).contains(&average) && (1_000..=5_000).contains(&more.rank_thousandths()));
        }
    }
}
