//! Order numbers: `ORD-2026-00001`, counted per tenant and year, whatever the prefix. There may be gaps.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a tenant's order numbers begin with: 1 to 12 of `A-Z0-9`, beginning with a letter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    as = OrderNumberPrefix, description = "What order numbers begin with", value_type = String,
    pattern = "^[A-Z][A-Z0-9]{0,11}$", example = "ORD"
)]
pub struct OrderPrefix(String);

/// The text is no prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 12 of A-Z and 0-9, beginning with a letter")]
pub struct OrderPrefixError;

/// The number of an order: its prefix, its year and its place in the year, from 1.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct OrderNumber {
    prefix: OrderPrefix,
    year: i16,
    place: u32,
}

/// The text is no order number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an order number: they look like ORD-2026-00001")]
pub struct OrderNumberError;

impl Default for OrderPrefix {
    /// `ORD`.
    fn default() -> Self {
        Self("ORD".to_owned())
    }
}

impl FromStr for OrderPrefix {
    type Err = OrderPrefixError;

    fn from_str(text: &str) -> Result<Self, OrderPrefixError> {
        let fits = text.len() <= 12 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let begins = text.starts_with(|first: char| first.is_ascii_uppercase());
        if fits && begins { Ok(Self(text.to_owned())) } else { Err(OrderPrefixError) }
    }
}

impl TryFrom<String> for OrderPrefix {
    type Error = OrderPrefixError;

    fn try_from(text: String) -> Result<Self, OrderPrefixError> {
        text.parse()
    }
}

impl From<OrderPrefix> for String {
    fn from(prefix: OrderPrefix) -> Self {
        prefix.0
    }
}

impl OrderNumber {
    /// The number at `place`, from 1, of `year`.
    pub const fn new(prefix: OrderPrefix, year: i16, place: u32) -> Self {
        Self { prefix, year, place }
    }

    /// Its year.
    pub const fn year(&self) -> i16 {
        self.year
    }

    /// Its place in the year, from 1.
    pub const fn place(&self) -> u32 {
        self.place
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}-{:05}", self.prefix.0, self.year, self.place)
    }
}

impl FromStr for OrderNumber {
    type Err = OrderNumberError;

    fn from_str(text: &str) -> Result<Self, OrderNumberError> {
        let mut parts = text.splitn(3, '-');
        let (Some(prefix), Some(year), Some(place)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(OrderNumberError);
        };
        let wrong = |_| OrderNumberError;
        let number = Self {
            prefix: prefix.parse().map_err(|_| OrderNumberError)?,
            year: year.parse().map_err(wrong)?,
            place: place.parse().map_err(wrong)?,
        };
        // One spelling only, so that a number is a key.
        if number.place > 0 && number.to_string() == text { Ok(number) } else { Err(OrderNumberError) }
    }
}

impl TryFrom<String> for OrderNumber {
    type Error = OrderNumberError;

    fn try_from(text: String) -> Result<Self, OrderNumberError> {
        text.parse()
    }
}

impl From<OrderNumber> for String {
    fn from(number: OrderNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        for good in ["ORD-2026-00001", "TOKO7-2026-123456", "A-2026-00042"] {
            assert_eq!(good.parse::<OrderNumber>().unwrap().to_string(), good);
        }
        for bad in
            ["", "ORD-2026-1", "ORD-2026-00000", "ord-2026-00001", "7-2026-00001", "ORD-2026-000001", "ORD-26-00001"]
        {
            assert_eq!(bad.parse::<OrderNumber>(), Err(OrderNumberError), "{bad}");
        }
        assert_eq!(OrderNumber::new(OrderPrefix::default(), 2026, 1).to_string(), "ORD-2026-00001");
    }
}
