//! Where goods are kept.

use std::{fmt, str::FromStr};

use kernel::is_plain_line;
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

/// The short name of a location: 2 to 20 of `a-z 0-9 -`, beginning with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The short name of a place where goods are kept",
    value_type = String, pattern = "^[a-z][a-z0-9-]*$", min_length = 2, max_length = 20, example = "main"
)]
pub struct LocationCode(String);

/// The text is no short name of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 2 to 20 of a-z, 0-9 and hyphens, beginning with a letter")]
pub struct LocationCodeError;

impl LocationCode {
    /// The location that every tenant has.
    pub fn main() -> Self {
        Self("main".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LocationCode {
    type Err = LocationCodeError;

    fn from_str(text: &str) -> Result<Self, LocationCodeError> {
        let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
        let fits = (2..=20).contains(&text.len());
        if begins && fits && text.bytes().all(is_part) { Ok(Self(text.to_owned())) } else { Err(LocationCodeError) }
    }
}

impl TryFrom<String> for LocationCode {
    type Error = LocationCodeError;

    fn try_from(text: String) -> Result<Self, LocationCodeError> {
        text.parse()
    }
}

impl From<LocationCode> for String {
    fn from(code: LocationCode) -> Self {
        code.0
    }
}

impl fmt::Display for LocationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a location is called: 1 to 80 characters on one line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a location is called: one line",
    value_type = String, format = "plain-line", min_length = 1, max_length = 80, example = "Gudang Bandung"
)]
pub struct LocationName(String);

/// The text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 80 characters on one line, without invisible ones")]
pub struct LocationNameError;

impl TryFrom<String> for LocationName {
    type Error = LocationNameError;

    fn try_from(text: String) -> Result<Self, LocationNameError> {
        let text = text.trim();
        let fits = (1..=80).contains(&text.chars().count()) && is_plain_line(text);
        if fits { Ok(Self(text.to_owned())) } else { Err(LocationNameError) }
    }
}

impl From<LocationName> for String {
    fn from(name: LocationName) -> Self {
        name.0
    }
}

/// A place where goods are kept, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockLocation {
    /// Its short name.
    pub code: LocationCode,
    /// What it is called.
    pub name: LocationName,
    /// Goods are taken from the lowest number first.
    pub priority: u16,
    /// Raised by every change, from 1.
    pub version: u64,
}

impl StockLocation {
    /// The one that every tenant has, before it says more of it.
    pub fn main() -> Self {
        Self { code: LocationCode::main(), name: LocationName("Main".to_owned()), priority: 100, version: 0 }
    }
}

impl Record for StockLocation {
    const ROWS: &'static [&'static str] = &["STOCKLOCS / LOC#{location}"];
}
