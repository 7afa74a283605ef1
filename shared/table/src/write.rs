//! What can be written: puts, updates, deletes and checks, each under typed conditions.

use std::collections::BTreeSet;

use kernel::Timestamp;
use serde_json::Value;

use crate::{Item, Key, Record, Slot, Sorted, TableError, personal::attributes, record::is_row_of, to_item};

/// The most writes that one transaction may hold (a limit of DynamoDB).
pub const MAX_WRITES: usize = 100;

/// What must be true of the row for the write to happen.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// There is no such row.
    NotExists,
    /// There is such a row.
    Exists,
    /// The attribute is there and equals the value; with null, it is not there.
    Equals(&'static str, Value),
    /// The attribute is not there (or the row is not).
    Missing(&'static str),
    /// The attribute, whose name has data in it, is there.
    Has(String),
    /// The attribute, whose name has data in it, is not there (or the row is not).
    Lacks(String),
    /// The attribute `version` equals this number.
    VersionIs(u64),
    /// The attribute is a number and at least this.
    AtLeast(&'static str, i64),
    /// The attribute is a number and below this.
    Below(&'static str, i64),
    /// At least one of these holds; one must be given.
    AnyOf(Vec<Condition>),
    /// All of these hold; one must be given.
    AllOf(Vec<Condition>),
}

impl Condition {
    /// That the row is as its reader saw it, when it becomes this version: the first is of a row that is not there.
    pub const fn follows(version: u64) -> Self {
        match version {
            0 | 1 => Self::NotExists,
            version => Self::VersionIs(version - 1),
        }
    }
}

/// One change of an update.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// Gives the attribute this value; null takes it away.
    Set(String, Value),
    /// Gives the attribute this value unless it has one.
    SetIfMissing(String, Value),
    /// Adds to a number; a missing one counts as zero.
    Add(String, i64),
    /// Takes the attribute away.
    Remove(String),
}

impl Change {
    /// The attribute that is changed.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Set(name, _) | Self::SetIfMissing(name, _) | Self::Add(name, _) | Self::Remove(name) => name,
        }
    }
}

/// What a write does.
#[derive(Clone, PartialEq, Debug)]
pub enum WriteAction {
    /// Writes the whole row.
    Put(Item),
    /// Changes attributes of a row, making it when it is not there.
    Update(Vec<Change>),
    /// Takes the row away.
    Delete,
    /// Writes nothing: only the conditions count.
    Check,
}

/// One write of one row.
#[derive(Clone, PartialEq, Debug)]
pub struct Write {
    pub(crate) key: Key,
    pub(crate) action: WriteAction,
    pub(crate) conditions: Vec<Condition>,
    /// The attributes that the row's record declares as personal.
    pub(crate) personal: &'static [&'static str],
}

impl Write {
    /// Writes the whole row. Attributes that are null are left out, and what the record says of its own key is ignored.
    ///
    /// # Errors
    /// `Corrupt` when the record does not serialise to an object: a fault in the code.
    pub fn put<R: Record>(key: Key, record: &R) -> Result<Self, TableError> {
        Ok(Self::of::<R>(key, WriteAction::Put(to_item(record)?)))
    }

    /// Changes a row of this record; follow with `set`, `add`, `remove`.
    pub fn update<R: Record>(key: Key) -> Self {
        Self::of::<R>(key, WriteAction::Update(Vec::new()))
    }

    fn of<R: Record>(key: Key, action: WriteAction) -> Self {
        debug_assert!(is_row_of(R::ROWS, &key), "{} / {} is no row of {:?}", key.pk, key.sk, R::ROWS);
        Self { key, action, conditions: Vec::new(), personal: attributes::<R>() }
    }

    /// Takes a row away.
    pub const fn delete(key: Key) -> Self {
        Self { key, action: WriteAction::Delete, conditions: Vec::new(), personal: &[] }
    }

    /// Writes nothing, but the transaction fails unless the conditions hold.
    pub const fn check(key: Key) -> Self {
        Self { key, action: WriteAction::Check, conditions: Vec::new(), personal: &[] }
    }

    /// Gives an attribute a value; null takes it away.
    pub fn set(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.change(Change::Set(name.into(), value.into()))
    }

    /// Gives an attribute a value, unless it has one or the value is null. On a put the same as `set`.
    pub fn set_if_missing(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.change(Change::SetIfMissing(name.into(), value.into()))
    }

    /// Adds to a number. On a put the same as `set`.
    pub fn add(self, name: impl Into<String>, amount: i64) -> Self {
        self.change(Change::Add(name.into(), amount))
    }

    /// Takes an attribute away.
    pub fn remove(self, name: impl Into<String>) -> Self {
        self.change(Change::Remove(name.into()))
    }

    /// Requires a condition; several must all hold.
    pub fn when(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Lists the row in the tenant's listing index.
    pub fn gsi1(self, place: Sorted) -> Self {
        self.set("GSI1PK", place.partition).set("GSI1SK", place.sort)
    }

    /// Lists the row in the tenant's listing index, unless it is listed there.
    pub fn gsi1_if_missing(self, place: Sorted) -> Self {
        self.set_if_missing("GSI1PK", place.partition).set_if_missing("GSI1SK", place.sort)
    }

    /// Lists the row in the operator's due-work index.
    pub fn gsi2(self, place: Sorted) -> Self {
        self.set("GSI2PK", place.partition).set("GSI2SK", place.sort)
    }

    /// Takes the row out of the due-work index.
    pub fn without_gsi2(self) -> Self {
        self.remove("GSI2PK").remove("GSI2SK")
    }

    /// Lets the store delete the row some time after `instant` (up to two days later: readers must compare times).
    pub fn ttl(self, instant: Timestamp) -> Self {
        self.set("ttl", instant.as_seconds())
    }

    /// The one write that `fill` puts into a transaction, to be made by itself at half the price.
    ///
    /// # Errors
    /// Those of `fill`; `Refused` when it puts none or several: a fault in the code.
    pub fn alone(fill: impl FnOnce(&mut Transaction) -> Result<Slot, TableError>) -> Result<Self, TableError> {
        let mut transaction = Transaction::new();
        fill(&mut transaction)?;
        let several = transaction.len() > 1;
        let only = transaction.writes.pop().filter(|_| !several);
        only.ok_or_else(|| TableError::Refused("a single write that is none or several".to_owned()))
    }

    /// What it does.
    pub const fn action(&self) -> &WriteAction {
        &self.action
    }

    /// The row's key.
    pub const fn key(&self) -> &Key {
        &self.key
    }

    fn change(mut self, change: Change) -> Self {
        match &mut self.action {
            WriteAction::Update(changes) => changes.push(change),
            WriteAction::Put(item) => match change {
                Change::Set(name, value) | Change::SetIfMissing(name, value) => {
                    item.insert(name, value);
                }
                Change::Add(name, amount) => {
                    item.insert(name, amount.into());
                }
                Change::Remove(name) => {
                    item.remove(&name);
                }
            },
            WriteAction::Delete | WriteAction::Check => {
                debug_assert!(false, "a delete or check changes no attribute");
            }
        }
        self
    }
}

/// Writes that happen together or not at all; at most [`MAX_WRITES`], each of another row.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Transaction {
    pub(crate) writes: Vec<Write>,
}

impl Transaction {
    /// No writes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a write and names its place. A second write of one row has [`crate::Table::transact`] refuse them all.
    pub fn add(&mut self, write: Write) -> Slot {
        self.writes.push(write);
        Slot(self.writes.len() - 1)
    }

    /// The first row that more than one write is of: no order among them would say what becomes of it.
    pub(crate) fn written_twice(&self) -> Option<&Key> {
        let mut seen = BTreeSet::new();
        self.writes.iter().map(Write::key).find(|key| !seen.insert(*key))
    }

    /// How many writes there are.
    pub const fn len(&self) -> usize {
        self.writes.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// The writes, for wrappers of [`crate::Table`] that look before they pass them on.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }
}
