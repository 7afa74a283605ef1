//! How a tenant takes reviews.
//!
//! `REVIEWS / SETTINGS`.

use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};
use utoipa::ToSchema;

use crate::folding::tokens;

/// How many words can be blocked.
pub const MOST_BLOCKED: usize = 500;

/// A tenant's settings for reviews, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewSettings {
    /// Whether reviews without a purchase are taken.
    pub unverified: Unverified,
    /// From when on a purchase counts.
    pub counts_from: CountsFrom,
    /// Whether clean reviews are shown at once.
    pub approval: Approval,
    /// Words that hold a review back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_words: Vec<BlockedWord>,
    /// How many customers must report a review until it is hidden.
    pub reports_to_flag: ReportsToFlag,
    /// For how many days authors can change a review.
    pub edit_days: EditDays,
    /// Raised by every change, from 1; 0 when nothing was ever set.
    pub version: u64,
}

/// Whether reviews without a purchase are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "Whether reviews without a purchase are taken")]
pub enum Unverified {
    /// They are, and are not marked as verified.
    Allowed,
    /// They are not.
    #[default]
    Refused,
}

/// From when on a purchase counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "From when on a purchase can be reviewed")]
pub enum CountsFrom {
    /// It is paid.
    #[default]
    Paid,
    /// It arrived, or the order is completed.
    Delivered,
}

/// Whether clean reviews are shown at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "Whether clean reviews are shown at once")]
pub enum Approval {
    /// They are.
    #[default]
    Automatic,
    /// Each waits for a person.
    ByHand,
}

/// A word, or several in a row, that holds a review back: 1 to 50 characters with a letter or digit among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A word, or several in a row, whatever their capitals",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 50, example = "scam"
)]
pub struct BlockedWord(String);

/// How many customers must report a review until it is hidden: 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(description = "How many customers must report a review until it is hidden", value_type = u32, minimum = 1, maximum = 100, example = 3)]
pub struct ReportsToFlag(u32);

/// For how many days authors can change a review: 0 to 3,650.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schema(description = "For how many days authors can change a review", value_type = u16, minimum = 0, maximum = 3650, example = 30)]
pub struct EditDays(u16);

impl Record for ReviewSettings {
    const ROWS: &'static [&'static str] = &["REVIEWS / SETTINGS"];
}

impl Default for ReportsToFlag {
    fn default() -> Self {
        Self(3)
    }
}

impl Default for EditDays {
    fn default() -> Self {
        Self(30)
    }
}

impl ReportsToFlag {
    /// How many.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl EditDays {
    /// How many.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u32> for ReportsToFlag {
    type Error = &'static str;

    fn try_from(reports: u32) -> Result<Self, Self::Error> {
        if (1..=100).contains(&reports) { Ok(Self(reports)) } else { Err("use 1 to 100") }
    }
}

impl From<ReportsToFlag> for u32 {
    fn from(reports: ReportsToFlag) -> Self {
        reports.0
    }
}

impl TryFrom<u16> for EditDays {
    type Error = &'static str;

    fn try_from(days: u16) -> Result<Self, Self::Error> {
        if days <= 3_650 { Ok(Self(days)) } else { Err("use 0 to 3650 days") }
    }
}

impl From<EditDays> for u16 {
    fn from(days: EditDays) -> Self {
        days.0
    }
}

impl BlockedWord {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BlockedWord {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_fit = kernel::fits_on_a_line(&text, 50) && !tokens(&text).is_empty();
        if is_fit { Ok(Self(text)) } else { Err("use 1 to 50 characters on one line, a letter or digit among them") }
    }
}

impl From<BlockedWord> for String {
    fn from(word: BlockedWord) -> Self {
        word.0
    }
}

impl ReviewSettings {
    /// Those of a tenant; the usual ones where nothing was set. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn read(table: &dyn Table, scope: TenantScope) -> Result<Self, TableError> {
        table.get(&key(scope)).await?.map_or_else(|| Ok(Self::default()), from_item)
    }

    /// Adds changed settings to a transaction, in the place of the version before them.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub fn save(&self, transaction: &mut Transaction, scope: TenantScope) -> Result<Slot, TableError> {
        Ok(transaction.add(Write::put(key(scope), self)?.when(Condition::follows(self.version))))
    }
}

fn key(scope: TenantScope) -> Key {
    scope.key("REVIEWS", "SETTINGS")
}
