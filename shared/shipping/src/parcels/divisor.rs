//! Volumetric weight: what is large and light costs as much as what is heavy.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Parcel;

/// How many cm³ count as one kilogram: 1,000 to 10,000. Express couriers use 6000 within Indonesia, and 5000 abroad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schema(
    description = "How many cubic centimetres of a parcel count as one kilogram",
    value_type = u16, minimum = 1000, maximum = 10_000, example = 6000
)]
pub struct VolumeDivisor(u16);

impl VolumeDivisor {
    /// Within a country.
    pub const DOMESTIC: Self = Self(6000);
    /// Abroad.
    pub const INTERNATIONAL: Self = Self(5000);

    /// What a parcel weighs by its size, in grams, rounded up; 0 where the size is unknown.
    pub(crate) fn volumetric_grams(self, parcel: Parcel) -> u64 {
        // mm³ / (cm³ per kg) = mm³ × kg / cm³ = g: both units shrink by a thousand.
        parcel.sides.map_or(0, |sides| sides.volume().div_ceil(u64::from(self.0)))
    }

    /// The whole kilograms that a parcel is charged as: the larger one of its two weights, rounded up.
    pub fn charged_kilograms(self, parcel: Parcel) -> u32 {
        let grams = self.volumetric_grams(parcel).max(u64::from(parcel.weight.get()));
        u32::try_from(grams.div_ceil(1000)).unwrap_or(u32::MAX)
    }
}

impl TryFrom<u16> for VolumeDivisor {
    type Error = &'static str;

    fn try_from(divisor: u16) -> Result<Self, Self::Error> {
        if (1000..=10_000).contains(&divisor) { Ok(Self(divisor)) } else { Err("use 1000 to 10000") }
    }
}

impl From<VolumeDivisor> for u16 {
    fn from(divisor: VolumeDivisor) -> Self {
        divisor.0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ParcelSides;

    pub(crate) fn parcel(grams: u32, sides: Option<[u32; 3]>) -> Parcel {
        let side = |mm: u32| mm.try_into().unwrap();
        let sides = sides.map(|[length, width, height]| ParcelSides {
            length: side(length),
            width: side(width),
            height: side(height),
        });
        Parcel { weight: grams.try_into().unwrap(), sides }
    }

    #[test]
    fn commerce_t17_the_larger_weight_counts_in_whole_kilograms() {
        let box_of = parcel(1200, Some([400, 300, 200]));
        let (abroad, at_home) = (VolumeDivisor::INTERNATIONAL, VolumeDivisor::DOMESTIC);
        assert_eq!((abroad.volumetric_grams(box_of), abroad.charged_kilograms(box_of)), (4800, 5));
        assert_eq!((at_home.volumetric_grams(box_of), at_home.charged_kilograms(box_of)), (4000, 4));
        assert_eq!(at_home.charged_kilograms(parcel(4001, Some([400, 300, 200]))), 5);
        assert_eq!(at_home.charged_kilograms(parcel(1000, None)), 1);
        assert_eq!(at_home.charged_kilograms(parcel(1, None)), 1);
        assert_eq!(abroad.charged_kilograms(parcel(1, Some([100_000; 3]))), 200_000_000);
    }

    proptest! {
        #[test]
        fn never_less_than_either_weight_and_never_a_kilogram_more(
            grams in 1_u32..=10_000_000, sides in proptest::array::uniform3(1_u32..=5_000), divisor in 1000_u16..=10_000,
        ) {
            let (parcel, divisor) = (parcel(grams, Some(sides)), VolumeDivisor::try_from(divisor).unwrap());
            let charged = u64::from(divisor.charged_kilograms(parcel)) * 1000;
            let heavier = divisor.volumetric_grams(parcel).max(u64::from(grams));
            prop_assert!(charged >= heavier && charged < heavier + 1000);
        }
    }
}
