//! [`Table`] on DynamoDB through the AWS SDK: on AWS, in the local cloud and in endpoint tests.

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, ProvideErrorMetadata, SdkError},
    operation::{delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError},
    types::{
        AttributeValue, ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity, ReturnValue,
        ReturnValuesOnConditionCheckFailure,
    },
};

use crate::{
    Action, Item, Key, Meter, Query, QueryPage, Table, TableError, TransactError, Transaction, Write, WriteError,
    expression::{self, Aliases, attribute},
};

#[expect(clippy::disallowed_types, reason = "the SDK's items are HashMaps")]
pub(crate) type Attributes = std::collections::HashMap<String, AttributeValue>;

/// The DynamoDB table.
#[derive(Clone, Debug)]
pub struct DynamoTable {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) meter: Meter,
}

impl DynamoTable {
    /// The table of this name behind `client`.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into(), meter: Meter::default() }
    }

    /// What passed through this table so far.
    pub const fn meter(&self) -> &Meter {
        &self.meter
    }

    fn read(&self, capacity: Option<&ConsumedCapacity>) {
        self.meter.round_trip();
        self.meter.read(capacity.and_then(ConsumedCapacity::capacity_units));
    }
}

#[async_trait]
impl Table for DynamoTable {
    async fn get(&self, key: &Key) -> Result<Option<Item>, TableError> {
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
        let mut found: Vec<Item> = Vec::with_capacity(keys.len());
        let mut wanted: Vec<Attributes> = keys.iter().map(key_attributes).collect();
        while !wanted.is_empty() {
            let request =
                KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build().map_err(refused)?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.name, request)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(table_error)?;
            self.read(answer.consumed_capacity().first());
            for rows in answer.responses.unwrap_or_default().into_values() {
                found.extend(rows.into_iter().map(item).collect::<Result<Vec<_>, _>>()?);
            }
            wanted = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|left| left.keys).collect();
        }
        let is_row =
            |row: &Item, key: &Key| row.get("PK") == Some(&key.pk().into()) && row.get("SK") == Some(&key.sk().into());
        Ok(keys.iter().map(|key| found.iter().find(|row| is_row(row, key)).cloned()).collect())
    }

    async fn query(&self, query: Query) -> Result<QueryPage, TableError> {
        let mut aliases = Aliases::default();
        let condition = expression::key_condition(query.index, &query.partition, &query.range, &mut aliases)?;
        let start = query.after.as_ref().map(|last| {
            last.iter()
                .map(|(name, value)| Ok((name.clone(), attribute(value)?)))
                .collect::<Result<Attributes, TableError>>()
        });
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
        let mut aliases = Aliases::default();
        let condition = expression::conditions(&write.conditions, &mut aliases)?;
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let total = ReturnConsumedCapacity::Total;
        let (capacity, new) = match &write.action {
            Action::Put(row) => {
                let answer = self
                    .client
                    .put_item()
                    .table_name(&self.name)
                    .set_item(Some(attributes(&write.key, row)?))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(aliases.names())
                    .set_expression_attribute_values(aliases.values())
                    .return_values_on_condition_check_failure(old)
                    .return_consumed_capacity(total)
                    .send()
                    .await
                    .map_err(|error| {
                        write_error(error, |error| {
                            if let PutItemError::ConditionalCheckFailedException(failed) = error {
                                failed.item.clone()
                            } else {
                                None
                            }
                        })
                    })?;
                (answer.consumed_capacity, None)
            }
            Action::Update(changes) => {
                let update = expression::update(changes, &mut aliases)?;
                let answer = self
                    .client
                    .update_item()
                    .table_name(&self.name)
                    .set_key(Some(key_attributes(&write.key)))
                    .update_expression(update)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(aliases.names())
                    .set_expression_attribute_values(aliases.values())
                    .return_values_on_condition_check_failure(old)
                    .return_values(ReturnValue::AllNew)
                    .return_consumed_capacity(total)
                    .send()
                    .await
                    .map_err(|error| {
                        write_error(error, |error| {
                            if let UpdateItemError::ConditionalCheckFailedException(failed) = error {
                                failed.item.clone()
                            } else {
                                None
                            }
                        })
                    })?;
                (answer.consumed_capacity, answer.attributes)
            }
            Action::Delete => {
                let answer = self
                    .client
                    .delete_item()
                    .table_name(&self.name)
                    .set_key(Some(key_attributes(&write.key)))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(aliases.names())
                    .set_expression_attribute_values(aliases.values())
                    .return_values_on_condition_check_failure(old)
                    .return_consumed_capacity(total)
                    .send()
                    .await
                    .map_err(|error| {
                        write_error(error, |error| {
                            if let DeleteItemError::ConditionalCheckFailedException(failed) = error {
                                failed.item.clone()
                            } else {
                                None
                            }
                        })
                    })?;
                (answer.consumed_capacity, None)
            }
            Action::Check => {
                return Err(TableError::Refused("a check is only for transactions".to_owned()).into());
            }
        };
        self.meter.round_trip();
        self.meter.wrote(capacity.as_ref().and_then(ConsumedCapacity::capacity_units));
        Ok(new.map(item).transpose()?)
    }

    async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        self.transact_all(&transaction).await
    }
}

/// The attributes of a row: its record and its key.
pub(crate) fn attributes(key: &Key, row: &Item) -> Result<Attributes, TableError> {
    let mut attributes = key_attributes(key);
    for (name, value) in row.iter().filter(|(_, value)| !value.is_null()) {
        attributes.insert(name.clone(), attribute(value)?);
    }
    Ok(attributes)
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
    match error.as_service_error().map(|error| (error.code().unwrap_or("unknown").to_owned(), error.message())) {
        Some((code, _)) if TRANSIENT.contains(&code.as_str()) => TableError::Unavailable(code),
        Some((code, message)) => TableError::Refused(format!("{code}: {}", message.unwrap_or_default())),
        // Not sent, timed out or an unreadable answer.
        None => TableError::Unavailable(aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string()),
    }
}

/// A failed condition with the row that failed it, or the store's own failure.
fn write_error<E: ProvideErrorMetadata + std::error::Error + 'static>(
    error: SdkError<E>,
    failed_row: impl FnOnce(&E) -> Option<Attributes>,
) -> WriteError {
    if error.as_service_error().and_then(ProvideErrorMetadata::code) != Some("ConditionalCheckFailedException") {
        return table_error(error).into();
    }
    match error.as_service_error().and_then(failed_row).map(item).transpose() {
        Ok(current) => WriteError::ConditionFailed { current },
        Err(error) => error.into(),
    }
}
