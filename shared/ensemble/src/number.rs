//! Numbers with six decimals: features, weights and probabilities.
#![expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "JSON has floats: they become whole millionths here, in bounds that a float holds exactly, and floats again on their way out"
)]

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use utoipa::ToSchema;

/// How many millionths make one.
pub(crate) const ONE: i64 = 1_000_000;
/// The largest number, in millionths: a thousand million.
const MOST: i64 = 1_000_000_000 * ONE;

/// A number from -1,000,000,000 to 1,000,000,000 with six decimals; more of them are rounded, half away from zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(
    description = "A number; six decimals count", value_type = f64, minimum = -1_000_000_000, maximum = 1_000_000_000,
    example = 62.5
)]
pub struct Real(i64);

/// A probability, from 0 to 1 with six decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(description = "A probability; six decimals count", value_type = f64, minimum = 0, maximum = 1, example = 0.595)]
pub struct Probability(u32);

/// What a vote weighs: from 0 to 1,000 with six decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(description = "What a vote weighs; six decimals count", value_type = f64, minimum = 0, maximum = 1000, example = 0.5)]
pub struct VoteWeight(u32);

/// What a feature is called: 1 to 40 of `a-z A-Z 0-9 _ . -`, beginning with a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a feature is called", value_type = String, pattern = "^[A-Za-z][A-Za-z0-9_.-]{0,39}$",
    example = "rsi14"
)]
pub struct FeatureName(String);

/// What is known: each feature by its name.
pub type FeatureValues = BTreeMap<FeatureName, Real>;

impl Real {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// So many millionths; none where that is out of bounds.
    pub fn from_millionths(millionths: i64) -> Option<Self> {
        (-MOST..=MOST).contains(&millionths).then_some(Self(millionths))
    }

    /// In millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// The nearest one to a float; none for what is out of bounds or no number.
    pub fn from_f64(number: f64) -> Option<Self> {
        millionths(number).and_then(Self::from_millionths)
    }

    /// As a float.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / ONE as f64
    }
}

impl Probability {
    /// One half: nobody knows.
    pub const HALF: Self = Self(500_000);

    /// So many millionths, at most one.
    pub fn from_millionths(millionths: u64) -> Self {
        Self(u32::try_from(millionths.min(ONE as u64)).unwrap_or(0))
    }

    /// In millionths.
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// The nearest one to a float; none for what is below 0, above 1 or no number.
    pub fn from_f64(number: f64) -> Option<Self> {
        millionths(number).filter(|one| (0..=ONE).contains(one)).and_then(|one| u32::try_from(one).ok()).map(Self)
    }
}

impl VoteWeight {
    /// One.
    pub const ONE: Self = Self(1_000_000);

    /// So many millionths, a thousand million at most.
    pub fn from_millionths(millionths: u64) -> Self {
        Self(u32::try_from(millionths.min(1_000 * ONE as u64)).unwrap_or(0))
    }

    /// In millionths.
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

impl Default for VoteWeight {
    fn default() -> Self {
        Self::ONE
    }
}

impl FeatureName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FeatureName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
        let is_fit = (1..=40).contains(&text.len())
            && text.bytes().all(fits)
            && text.starts_with(|first: char| first.is_ascii_alphabetic());
        if is_fit { Ok(Self(text)) } else { Err("use 1 to 40 of A-Z, a-z, 0-9, _, . and -, beginning with a letter") }
    }
}

impl From<FeatureName> for String {
    fn from(name: FeatureName) -> Self {
        name.0
    }
}

fn millionths(number: f64) -> Option<i64> {
    let scaled = (number * ONE as f64).round();
    // A float of this size has no fraction that could be lost; anything else is no number or far out of bounds.
    (scaled.abs() <= MOST as f64).then_some(scaled as i64)
}

/// Whole numbers without a point: they are read again as they were written.
fn written<S: Serializer>(millionths: i64, serializer: S) -> Result<S::Ok, S::Error> {
    if millionths % ONE == 0 {
        serializer.serialize_i64(millionths / ONE)
    } else {
        serializer.serialize_f64(millionths as f64 / ONE as f64)
    }
}

impl Serialize for Real {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::from_f64(number).ok_or_else(|| D::Error::custom("use a number from -1000000000 to 1000000000"))
    }
}

impl Serialize for Probability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(i64::from(self.0), serializer)
    }
}

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::from_f64(number).ok_or_else(|| D::Error::custom("use a probability from 0 to 1"))
    }
}

impl Serialize for VoteWeight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(i64::from(self.0), serializer)
    }
}

impl<'de> Deserialize<'de> for VoteWeight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = millionths(f64::deserialize(deserializer)?).filter(|one| (0..=1_000 * ONE).contains(one));
        let number = number.and_then(|one| u32::try_from(one).ok());
        number.map(Self).ok_or_else(|| D::Error::custom("use a weight from 0 to 1000"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_and_written_as_json_has_them() {
        for (text, millionths) in [("0.595", 595_000), ("1", 1_000_000), ("1.0", 1_000_000), ("0", 0), ("0.0000004", 0)]
        {
            let read: Probability = serde_json::from_str(text).unwrap();
            assert_eq!(read.millionths(), millionths, "{text}");
        }
        assert_eq!(serde_json::to_value(Probability::from_millionths(595_000)).unwrap(), json!(0.595));
        assert_eq!(serde_json::to_value(Probability::from_millionths(1_000_000)).unwrap(), json!(1));
        assert_eq!(serde_json::to_value(Real::from_millionths(-1_085_000).unwrap()).unwrap(), json!(-1.085));
        for bad in ["-0.1", "1.1", "1e300", "\"0.5\"", "null"] {
            assert!(serde_json::from_str::<Probability>(bad).is_err(), "{bad}");
        }
        for bad in ["1000000001", "-1e10", "1e308"] {
            assert!(serde_json::from_str::<Real>(bad).is_err(), "{bad}");
        }
        assert!(
            serde_json::from_str::<VoteWeight>("1000.1").is_err() && serde_json::from_str::<VoteWeight>("-1").is_err()
        );
        assert_eq!((Real::from_f64(f64::NAN), Probability::from_f64(f64::INFINITY)), (None, None));
    }

    #[test]
    fn a_feature_has_a_name_that_fits_into_a_row() {
        let is = |text: &str| FeatureName::try_from(text.to_owned()).is_ok();
        for bad in ["", "1a", "a b", "ä", "_a", "a#", &"a".repeat(41)] {
            assert!(!is(bad), "{bad}");
        }
        assert!(is("rsi14") && is("EMA.200-d_1"));
    }

    proptest! {
        #[test]
        fn every_number_comes_back_from_json(millionths in -MOST..=MOST) {
            let number = Real::from_millionths(millionths).unwrap();
            let text = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<Real>(&text).unwrap(), number);
        }
    }
}
