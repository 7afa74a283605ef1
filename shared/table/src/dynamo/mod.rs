//! [`Table`] on DynamoDB through the AWS SDK: on AWS, in the local cloud and in endpoint tests.

mod expression;
mod patience;
mod single;
mod transact;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, ProvideErrorMetadata, SdkError},
    types::{AttributeValue, ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity},
};

use crate::{
    CapacityMeter, Item, Key, Query, QueryPage, Table, TableError, TransactError, Transaction, Write, WriteError,
};
use expression::{Aliases, attribute};
use patience::Patience;

/// The most keys that one batch may ask for (a limit of DynamoDB).
const MAX_KEYS: usize = 100;

#[expect(clippy::disallowed_types, reason = "the SDK's items are HashMaps")]
pub(crate) type Attributes = std::collections::HashMap<String, AttributeValue>;

/// The DynamoDB table.
#[derive(Clone, Debug)]
pub struct DynamoTable {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) meter: CapacityMeter,
}

impl DynamoTable {
    /// The table of this name behind `client`.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into(), meter: CapacityMeter::default() }
    }

    /// What passed through this table so far.
    pub const fn meter(&self) -> &CapacityMeter {
        &self.meter
    }

    fn read(&self, capacity: Option<&ConsumedCapacity>) {
        self.meter.read(capacity.and_then(ConsumedCapacity::capacity_units));
    }
}

#[async_trait]
impl Table for DynamoTable {
    async fn get(&self, key: &Key) -> Result<Option<Item>, TableError> {
        self.meter.round_trip();
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key_attributes(key)))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(table_error)?;
        self.read(answer.consumed_capacity());
        answer.item.map(item).transpose()
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, TableError> {
        // The store refuses a key that is named twice.
        let distinct: BTreeSet<&Key> = keys.iter().collect();
        if distinct.len() > MAX_KEYS {
            return Err(TableError::Refused(format!("{} keys in one batch", distinct.len())));
        }
        let mut wanted: Vec<Attributes> = distinct.into_iter().map(key_attributes).collect();
        let mut found: BTreeMap<Key, Item> = BTreeMap::new();
        let mut patience = Patience::new();
        while !wanted.is_empty() {
            let asked = wanted.len();
            let request =
                KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build().map_err(refused)?;
            self.meter.round_trip();
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.name, request)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(table_error)?;
            self.read(answer.consumed_capacity().first());
            for row in answer.responses.unwrap_or_default().into_values().flatten() {
                let row = item(row)?;
                found.insert(key_of(&row)?, row);
            }
            wanted = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|left| left.keys).collect();
            // Some left over is what a large batch looks like; all of them left over is a store that is too busy.
            if wanted.len() == asked {
                patience.wait("the table hands all keys back unread").await?;
            }
        }
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    async fn query(&self, query: Query) -> Result<QueryPage, TableError> {
        if query.range.is_empty() {
            return Ok(QueryPage { items: Vec::new(), last: None });
        }
        let mut aliases = Aliases::default();
        let condition = expression::key_condition(query.index, &query.partition, &query.range, &mut aliases)?;
        let start = query.after.as_ref().map(|last| {
            last.iter()
                .map(|(name, value)| Ok((name.clone(), attribute(value)?)))
                .collect::<Result<Attributes, TableError>>()
        });
        self.meter.round_trip();
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .set_index_name(query.index.name().map(str::to_owned))
            .key_condition_expression(condition)
            .set_expression_attribute_names(aliases.names())
            .set_expression_attribute_values(aliases.values())
            .scan_index_forward(!query.descending)
            .consistent_read(query.index.name().is_none())
            .set_limit(query.limit.map(i32::from))
            .set_exclusive_start_key(start.transpose()?)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(table_error)?;
        self.read(answer.consumed_capacity());
        let items = answer.items.unwrap_or_default().into_iter().map(item).collect::<Result<_, _>>()?;
        Ok(QueryPage { items, last: answer.last_evaluated_key.map(item).transpose()? })
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, WriteError> {
        self.write_one(&write).await
    }

    async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        self.transact_all(&transaction).await
    }
}

/// The attributes of a row: its record, without what is null, and its key. A record that was read from another row
/// still has that row's key attributes; they must not move this one.
pub(crate) fn attributes(key: &Key, row: &Item) -> Result<Attributes, TableError> {
    let mut attributes = Attributes::new();
    for (name, value) in row.iter().filter(|(_, value)| !value.is_null()) {
        attributes.insert(name.clone(), attribute(value)?);
    }
    attributes.extend(key_attributes(key));
    Ok(attributes)
}

fn key_of(row: &Item) -> Result<Key, TableError> {
    let text = |name: &str| row.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    match (text("PK"), text("SK")) {
        (Some(pk), Some(sk)) => Ok(Key { pk, sk }),
        _ => Err(TableError::Corrupt("a row without a key".to_owned())),
    }
}

pub(crate) fn key_attributes(key: &Key) -> Attributes {
    [("PK", &key.pk), ("SK", &key.sk)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.clone())))
        .collect()
}

pub(crate) fn item(attributes: Attributes) -> Result<Item, TableError> {
    serde_dynamo::from_item(attributes).map_err(|error| TableError::Corrupt(error.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
pub(crate) fn refused(error: BuildError) -> TableError {
    TableError::Refused(error.to_string())
}

/// The error codes after which the same request may succeed; the SDK has retried them already.
const TRANSIENT: [&str; 5] = [
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
];

pub(crate) fn table_error<E: ProvideErrorMetadata + std::error::Error + 'static>(error: SdkError<E>) -> TableError {
    let of_server = error.raw_response().is_some_and(|response| response.status().is_server_error());
    match error.code().map(str::to_owned) {
        Some(code) if of_server || TRANSIENT.contains(&code.as_str()) => TableError::Unavailable(code),
        Some(code) => TableError::Refused(format!("{code}: {}", error.message().unwrap_or_default())),
        None if matches!(error, SdkError::ConstructionFailure(_)) => TableError::Refused(told(error)),
        // Not sent, timed out or an unreadable answer.
        None => TableError::Unavailable(told(error)),
    }
}

fn told(error: impl std::error::Error) -> String {
    aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string()
}
