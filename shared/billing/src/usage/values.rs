//! What usage events say: their ids, quantities and values.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most units that one event may count.
pub const MAX_QUANTITY: u64 = 1_000_000_000;

/// The caller's name of an event, once per subscription: `^[A-Za-z0-9_.:-]{1,100}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Your name of an event, which counts it once per subscription",
    value_type = String, pattern = "^[A-Za-z0-9_.:-]{1,100}$", example = "order-4711"
)]
pub struct UsageEventId(String);

/// How many units an event counts: 1 to 1,000,000,000.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "u64", into = "u64")]
#[schema(
    as = UsageQuantity, description = "How many units an event counts",
    value_type = u64, minimum = 1, maximum = 1_000_000_000, example = 12
)]
pub struct Quantity(u64);

/// What a meter of different values counts: `^[A-Za-z0-9_.:-]{1,100}$`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a meter of different values counts, such as your id of a user; nothing that names a person",
    value_type = String, pattern = "^[A-Za-z0-9_.:-]{1,100}$", example = "user-17"
)]
pub struct UsageValue(String);

/// The value is no event id, quantity or value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsageValueError {
    /// The event id.
    #[error("use 1 to 100 of A-Z, a-z, 0-9 and _ . : -")]
    EventId,
    /// The quantity.
    #[error("use a whole number from 1 to 1000000000")]
    Quantity,
    /// The value.
    #[error("use 1 to 100 of A-Z, a-z, 0-9 and _ . : -")]
    Value,
}

impl Quantity {
    /// One.
    pub const ONE: Self = Self(1);

    /// The number of units.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for Quantity {
    type Error = UsageValueError;

    fn try_from(units: u64) -> Result<Self, UsageValueError> {
        if (1..=MAX_QUANTITY).contains(&units) { Ok(Self(units)) } else { Err(UsageValueError::Quantity) }
    }
}

impl From<Quantity> for u64 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

/// 1 to 100 of letters, digits and a few signs that no key is split at.
fn is_name(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"_.:-".contains(&b);
    (1..=100).contains(&text.len()) && text.bytes().all(fits)
}

impl FromStr for UsageEventId {
    type Err = UsageValueError;

    fn from_str(text: &str) -> Result<Self, UsageValueError> {
        if is_name(text) { Ok(Self(text.to_owned())) } else { Err(UsageValueError::EventId) }
    }
}

impl FromStr for UsageValue {
    type Err = UsageValueError;

    fn from_str(text: &str) -> Result<Self, UsageValueError> {
        if is_name(text) { Ok(Self(text.to_owned())) } else { Err(UsageValueError::Value) }
    }
}

impl TryFrom<String> for UsageValue {
    type Error = UsageValueError;

    fn try_from(text: String) -> Result<Self, UsageValueError> {
        text.parse()
    }
}

impl From<UsageValue> for String {
    fn from(value: UsageValue) -> Self {
        value.0
    }
}

impl fmt::Display for UsageValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for UsageEventId {
    type Error = UsageValueError;

    fn try_from(text: String) -> Result<Self, UsageValueError> {
        text.parse()
    }
}

impl From<UsageEventId> for String {
    fn from(id: UsageEventId) -> Self {
        id.0
    }
}

impl fmt::Display for UsageEventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_quantities_have_bounds() {
        for bad in ["", "a b", "a#b", "é", &"a".repeat(101)] {
            assert_eq!(bad.parse::<UsageEventId>(), Err(UsageValueError::EventId), "{bad}");
        }
        assert!("Order-1:a.b_c".parse::<UsageEventId>().is_ok());
        assert_eq!(Quantity::try_from(0), Err(UsageValueError::Quantity));
        assert_eq!(Quantity::try_from(MAX_QUANTITY + 1), Err(UsageValueError::Quantity));
        assert_eq!(Quantity::try_from(MAX_QUANTITY).map(Quantity::get), Ok(MAX_QUANTITY));
        for bad in ["", "budi@example.com", "a#b", &"a".repeat(101)] {
            assert_eq!(bad.parse::<UsageValue>(), Err(UsageValueError::Value), "{bad}");
        }
    }
}
