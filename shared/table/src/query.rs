//! Reading a partition in order.

use crate::{Item, Partition};

/// Which rows of a partition, in which order.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub(crate) index: Index,
    pub(crate) partition: String,
    pub(crate) range: Range,
    pub(crate) descending: bool,
    pub(crate) limit: Option<u16>,
    pub(crate) after: Option<Item>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    Main,
    Gsi1,
    Gsi2,
}

impl Index {
    pub(crate) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Main => None,
            Self::Gsi1 => Some("GSI1"),
            Self::Gsi2 => Some("GSI2"),
        }
    }

    pub(crate) const fn attributes(self) -> (&'static str, &'static str) {
        match self {
            Self::Main => ("PK", "SK"),
            Self::Gsi1 => ("GSI1PK", "GSI1SK"),
            Self::Gsi2 => ("GSI2PK", "GSI2SK"),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Range {
    All,
    BeginsWith(String),
    AtMost(String),
    Between(String, String),
}

impl Range {
    /// Whether no sort key can be in it; DynamoDB refuses to look for those.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Between(from, to) => from > to,
            Self::AtMost(to) => to.is_empty(),
            Self::All | Self::BeginsWith(_) => false,
        }
    }
}

/// One page of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryPage {
    /// The rows, with their key attributes.
    pub items: Vec<Item>,
    /// Where to go on: pass it to [`Query::after`]. `None` at the end. A page may be empty and yet not the last.
    pub last: Option<Item>,
}

impl Query {
    /// Rows of a partition of the table itself, strongly consistent.
    pub fn partition(partition: Partition) -> Self {
        Self::of(Index::Main, partition)
    }

    /// Rows of a partition of the tenant listing index.
    pub fn gsi1(partition: Partition) -> Self {
        Self::of(Index::Gsi1, partition)
    }

    /// Rows of a partition of the due-work index; it holds keys only.
    pub fn gsi2(partition: Partition) -> Self {
        Self::of(Index::Gsi2, partition)
    }

    fn of(index: Index, partition: Partition) -> Self {
        Self { index, partition: partition.0, range: Range::All, descending: false, limit: None, after: None }
    }

    /// Only sort keys that begin with this.
    pub fn begins_with(mut self, prefix: impl Into<String>) -> Self {
        self.range = Range::BeginsWith(prefix.into());
        self
    }

    /// Only sort keys up to and including this.
    pub fn at_most(mut self, sort: impl Into<String>) -> Self {
        self.range = Range::AtMost(sort.into());
        self
    }

    /// Only sort keys from the first to the second, both included; none when the second comes before the first.
    pub fn between(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        let (from, to) = (from.into(), to.into());
        // Every text comes after the empty one, which the store refuses to compare with.
        self.range = if from.is_empty() { Range::AtMost(to) } else { Range::Between(from, to) };
        self
    }

    /// Highest sort key first.
    pub const fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// At most this many rows.
    pub const fn limit(mut self, rows: u16) -> Self {
        self.limit = Some(rows);
        self
    }

    /// The index that is read, by its name, and the partition key, for wrappers of [`crate::Table`] that look before they pass
    /// it on; no index where it is the table itself.
    pub fn place(&self) -> (Option<&'static str>, &str) {
        (self.index.name(), &self.partition)
    }

    /// What names the place of a row in what is queried: to go on behind it.
    pub fn place_of(&self, row: &Item) -> Item {
        let (partition, sort) = self.index.attributes();
        let names = ["PK", "SK", partition, sort];
        row.iter().filter(|(name, _)| names.contains(&name.as_str())).map(|(n, v)| (n.clone(), v.clone())).collect()
    }

    /// Goes on behind the row that a former page ended with.
    pub fn after(mut self, last: Option<Item>) -> Self {
        self.after = last;
        self
    }
}
