//! A parcel: what it weighs and how large it is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What something weighs: 1 to 10,000,000 g.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(description = "What a parcel weighs, in grams", value_type = u32, minimum = 1, maximum = 10_000_000, example = 1200)]
pub struct ParcelGrams(u32);

/// A side of a box: 1 to 100,000 mm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(description = "A side of a parcel, in millimetres", value_type = u32, minimum = 1, maximum = 100_000, example = 300)]
pub struct ParcelSide(u32);

/// The sides of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(description = "The sides of a parcel, in millimetres")]
pub struct ParcelSides {
    /// The longest side.
    pub length: ParcelSide,
    /// The side beside it.
    pub width: ParcelSide,
    /// The side that stands up.
    pub height: ParcelSide,
}

/// A parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// What it weighs, with its wrapping.
    pub weight: ParcelGrams,
    /// How large it is; only its weight counts when unknown.
    pub sides: Option<ParcelSides>,
}

impl ParcelGrams {
    /// The most.
    pub(crate) const MAX: u32 = 10_000_000;
    /// One kilogram.
    pub const KILOGRAM: Self = Self(1000);

    /// In grams.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for ParcelGrams {
    type Error = &'static str;

    fn try_from(grams: u32) -> Result<Self, Self::Error> {
        if (1..=Self::MAX).contains(&grams) { Ok(Self(grams)) } else { Err("use 1 to 10000000 grams") }
    }
}

impl From<ParcelGrams> for u32 {
    fn from(grams: ParcelGrams) -> Self {
        grams.0
    }
}

impl ParcelSide {
    /// The most.
    pub(crate) const MAX: u32 = 100_000;

    /// In millimetres.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for ParcelSide {
    type Error = &'static str;

    fn try_from(length: u32) -> Result<Self, Self::Error> {
        if (1..=Self::MAX).contains(&length) { Ok(Self(length)) } else { Err("use 1 to 100000 millimetres") }
    }
}

impl From<ParcelSide> for u32 {
    fn from(side: ParcelSide) -> Self {
        side.0
    }
}

impl ParcelSides {
    /// The volume, in mm³: at most 10^15.
    pub(crate) fn volume(self) -> u64 {
        [self.length, self.width, self.height].into_iter().map(|side| u64::from(side.0)).product()
    }
}
