//! The one storage seam: keys, items, typed conditions and transactions over one DynamoDB table.
//!
//! Domains describe what they want written ([`Write`], [`Condition`]) and never write expression text. A key can
//! only be made from a [`TenantScope`] (or, loudly, an [`OperatorScope`]), so that a row of another tenant cannot
//! be named by mistake.

pub mod agenda;
mod dynamo;
mod error;
#[cfg(test)]
mod golden;
mod joined;
mod key;
mod meter;
pub mod outbox;
pub mod pages;
pub mod personal;
mod query;
mod race;
pub mod record;
mod slot;
mod write;

use async_trait::async_trait;
pub use dynamo::DynamoTable;
pub use error::{Cancelled, Failed, TableError, TransactError, WriteError};
pub use joined::Joined;
pub use key::{DUE_SHARDS, Key, OperatorScope, Partition, Sorted, TenantScope, is_key_attribute};
pub use meter::{CapacityMeter, Usage};
pub use personal::data_keys::{Kms, NewDataKey};
pub use personal::sealed::SealedTable;
pub use query::{Query, QueryPage};
pub use race::{Race, until_settled, until_settled_from};
pub use record::Record;
use serde::{Serialize, de::DeserializeOwned};
pub use slot::Slot;
pub use write::{Change, Condition, MAX_WRITES, Transaction, Write, WriteAction};

/// A row: attribute names to JSON values. Money and counters are integers, binary is base64 text.
pub type Item = serde_json::Map<String, serde_json::Value>;

/// The table, as far as Ruko uses it: [`DynamoTable`], over it [`SealedTable`], and in tests wrappers that count, delay or
/// break calls.
#[async_trait]
pub trait Table: Send + Sync {
    /// One row by its key, strongly consistent. One round trip.
    async fn get(&self, key: &Key) -> Result<Option<Item>, TableError>;

    /// Rows by their keys, strongly consistent, in the order of the keys; at most 100 different
    /// ones. One round trip (none for no keys, more when the store hands keys back unprocessed).
    async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, TableError>;

    /// One page of a partition or index. The main table is read strongly consistent; an index may lag.
    async fn query(&self, query: Query) -> Result<QueryPage, TableError>;

    /// One conditional write; for updates the new row. One round trip, and a few more when transactions hold the row.
    async fn write(&self, write: Write) -> Result<Option<Item>, WriteError>;

    /// All of the writes or none. One round trip (none for no writes), and a few more when transactions collide.
    async fn transact(&self, transaction: Transaction) -> Result<(), TransactError>;
}

/// Several rows at once, each in its place. One round trip, as [`Table::batch_get`].
///
/// # Errors
/// Those of the table.
pub async fn get_rows<const N: usize>(table: &dyn Table, keys: [Key; N]) -> Result<[Option<Item>; N], TableError> {
    let rows = table.batch_get(&keys).await?;
    rows.try_into().map_err(|_| TableError::Corrupt("a batch of another size than its keys".to_owned()))
}

/// Makes the one write that `fill` puts into a transaction by itself, at half the price of a transaction. One round trip, as
/// [`Table::write`].
///
/// # Errors
/// Those of `fill` and of the table.
pub async fn write_alone(
    table: &dyn Table,
    fill: impl FnOnce(&mut Transaction) -> Result<Slot, TableError>,
) -> Result<Option<Item>, WriteError> {
    table.write(Write::alone(fill)?).await
}

/// The row of a record.
///
/// # Errors
/// `Corrupt` when the record does not serialise to an object: a fault in the code.
pub fn to_item<T: Serialize>(record: &T) -> Result<Item, TableError> {
    match serde_json::to_value(record) {
        Ok(serde_json::Value::Object(item)) => Ok(item),
        Ok(_) => Err(TableError::Corrupt("the record is not an object".to_owned())),
        Err(error) => Err(TableError::Corrupt(error.to_string())),
    }
}

/// The record of a row; key and index attributes are left out.
///
/// # Errors
/// `Corrupt` when the row is not of this record's shape, or holds personal attributes that could not be opened.
pub fn from_item<T: DeserializeOwned>(mut item: Item) -> Result<T, TableError> {
    if personal::sealed::is_closed(&item) {
        return Err(TableError::Corrupt("personal attributes that could not be opened".to_owned()));
    }
    item.retain(|name, _| !key::is_key_attribute(name));
    serde_json::from_value(serde_json::Value::Object(item)).map_err(|error| TableError::Corrupt(error.to_string()))
}

/// The row of a stream image, in the attribute form that Lambda events carry.
///
/// # Errors
/// `Corrupt` when the image is not a row.
pub fn from_image(image: serde_dynamo::Item) -> Result<serde_json::Value, TableError> {
    serde_dynamo::from_item(image).map_err(|error| TableError::Corrupt(error.to_string()))
}
