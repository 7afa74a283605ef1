//! Single conditional writes on DynamoDB.

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::{delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError},
    types::{ConsumedCapacity, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure},
};

use crate::{
    Change, DynamoTable, Item, TableError, Write, WriteAction, WriteError,
    dynamo::{
        Attributes, attributes,
        expression::{self, Aliases},
        item, key_attributes,
        patience::Patience,
        table_error,
    },
};

/// The capacity that a write used, and the new row of an update.
type Written = (Option<ConsumedCapacity>, Option<Attributes>);

/// How one try of a write ended, when not well.
enum Attempt {
    /// A transaction (or another Region) holds the row.
    Collided,
    Failed(WriteError),
}

impl From<TableError> for Attempt {
    fn from(error: TableError) -> Self {
        Self::Failed(error.into())
    }
}

impl DynamoTable {
    pub(crate) async fn write_one(&self, write: &Write) -> Result<Option<Item>, WriteError> {
        let mut patience = Patience::new();
        loop {
            let attempt = match &write.action {
                WriteAction::Put(row) => self.put(write, row).await,
                WriteAction::Update(changes) => self.update(write, changes).await,
                WriteAction::Delete => self.delete(write).await,
                WriteAction::Check => {
                    return Err(TableError::Refused("a check is only for transactions".to_owned()).into());
                }
            };
            match attempt {
                Ok((capacity, new)) => {
                    self.meter.wrote(capacity.as_ref().and_then(ConsumedCapacity::capacity_units));
                    return Ok(new.map(item).transpose()?);
                }
                Err(Attempt::Collided) => patience.wait("the write kept colliding with transactions").await?,
                Err(Attempt::Failed(error)) => return Err(error),
            }
        }
    }

    async fn put(&self, write: &Write, row: &Item) -> Result<Written, Attempt> {
        let mut aliases = Aliases::default();
        let condition = expression::conditions(&write.conditions, &mut aliases)?;
        let request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(attributes(&write.key, row)?))
            .set_condition_expression(condition)
            .set_expression_attribute_names(aliases.names())
            .set_expression_attribute_values(aliases.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        self.meter.round_trip();
        let answer = request.send().await.map_err(|error| {
            failed(error, |error| {
                let PutItemError::ConditionalCheckFailedException(failed) = error else { return None };
                failed.item.clone()
            })
        })?;
        Ok((answer.consumed_capacity, None))
    }

    async fn update(&self, write: &Write, changes: &[Change]) -> Result<Written, Attempt> {
        let mut aliases = Aliases::default();
        let condition = expression::conditions(&write.conditions, &mut aliases)?;
        let update = expression::update(changes, &mut aliases)?;
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key_attributes(&write.key)))
            .update_expression(update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(aliases.names())
            .set_expression_attribute_values(aliases.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        self.meter.round_trip();
        let answer = request.send().await.map_err(|error| {
            failed(error, |error| {
                let UpdateItemError::ConditionalCheckFailedException(failed) = error else { return None };
                failed.item.clone()
            })
        })?;
        Ok((answer.consumed_capacity, answer.attributes))
    }

    async fn delete(&self, write: &Write) -> Result<Written, Attempt> {
        let mut aliases = Aliases::default();
        let condition = expression::conditions(&write.conditions, &mut aliases)?;
        let request = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key_attributes(&write.key)))
            .set_condition_expression(condition)
            .set_expression_attribute_names(aliases.names())
            .set_expression_attribute_values(aliases.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        self.meter.round_trip();
        let answer = request.send().await.map_err(|error| {
            failed(error, |error| {
                let DeleteItemError::ConditionalCheckFailedException(failed) = error else { return None };
                failed.item.clone()
            })
        })?;
        Ok((answer.consumed_capacity, None))
    }
}

/// A collision, a failed condition with the row that failed it, or the store's own failure.
fn failed<E: ProvideErrorMetadata + std::error::Error + 'static>(
    error: SdkError<E>,
    failed_row: impl FnOnce(&E) -> Option<Attributes>,
) -> Attempt {
    match error.as_service_error().and_then(ProvideErrorMetadata::code) {
        Some("TransactionConflictException" | "ReplicatedWriteConflictException") => Attempt::Collided,
        Some("ConditionalCheckFailedException") => {
            let row = error.as_service_error().and_then(failed_row).filter(|row| !row.is_empty());
            match row.map(item).transpose() {
                Ok(current) => Attempt::Failed(WriteError::ConditionFailed { current }),
                Err(error) => error.into(),
            }
        }
        _ => table_error(error).into(),
    }
}
