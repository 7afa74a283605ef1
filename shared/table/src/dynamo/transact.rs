//! Transactions on DynamoDB: all or nothing, and which condition said no.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        CancellationReason, ConditionCheck, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};

use crate::{
    Cancelled, DynamoTable, Failed, MAX_WRITES, TableError, TransactError, Transaction, Write, WriteAction,
    dynamo::{
        attributes,
        expression::{self, Aliases},
        item, key_attributes,
        patience::Patience,
        refused, table_error,
    },
};

/// How one try of a transaction ended, when not well.
enum Attempt {
    Collided,
    Failed(TransactError),
}

impl From<TableError> for Attempt {
    fn from(error: TableError) -> Self {
        Self::Failed(error.into())
    }
}

impl DynamoTable {
    pub(crate) async fn transact_all(&self, transaction: &Transaction) -> Result<(), TransactError> {
        if transaction.is_empty() {
            return Ok(());
        }
        if transaction.len() > MAX_WRITES {
            return Err(TableError::Refused(format!("{} writes in one transaction", transaction.len())).into());
        }
        // DynamoDB refuses it as well, but does not say which row it was.
        if let Some(row) = transaction.written_twice() {
            let refused = format!("two writes of the row {} / {} in one transaction", row.pk, row.sk);
            return Err(TableError::Refused(refused).into());
        }
        let mut patience = Patience::new();
        loop {
            match self.transact_once(&transaction.writes).await {
                Ok(()) => return Ok(()),
                Err(Attempt::Failed(error)) => return Err(error),
                // Two transactions met on a row: neither is wrong, so the later one waits and goes again.
                Err(Attempt::Collided) => patience.wait("the transaction kept colliding with others").await?,
            }
        }
    }

    async fn transact_once(&self, writes: &[Write]) -> Result<(), Attempt> {
        let items: Vec<_> = writes.iter().map(|write| self.transact_item(write)).collect::<Result<_, _>>()?;
        let answer = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        self.meter.round_trip();
        match answer {
            Ok(done) => {
                for capacity in done.consumed_capacity() {
                    self.meter.wrote(capacity.capacity_units());
                }
                Ok(())
            }
            Err(error) => Err(attempt_of(error)),
        }
    }

    fn transact_item(&self, write: &Write) -> Result<TransactWriteItem, TableError> {
        let mut aliases = Aliases::default();
        let condition = expression::conditions(&write.conditions, &mut aliases)?;
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        let item = match &write.action {
            WriteAction::Put(row) => item.put(
                Put::builder()
                    .table_name(&self.name)
                    .set_item(Some(attributes(&write.key, row)?))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(aliases.names())
                    .set_expression_attribute_values(aliases.values())
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(refused)?,
            ),
            WriteAction::Update(changes) => {
                let update = expression::update(changes, &mut aliases)?;
                item.update(
                    Update::builder()
                        .table_name(&self.name)
                        .set_key(Some(key_attributes(&write.key)))
                        .update_expression(update)
                        .set_condition_expression(condition)
                        .set_expression_attribute_names(aliases.names())
                        .set_expression_attribute_values(aliases.values())
                        .return_values_on_condition_check_failure(old)
                        .build()
                        .map_err(refused)?,
                )
            }
            WriteAction::Delete => item.delete(
                Delete::builder()
                    .table_name(&self.name)
                    .set_key(Some(key_attributes(&write.key)))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(aliases.names())
                    .set_expression_attribute_values(aliases.values())
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(refused)?,
            ),
            WriteAction::Check => item.condition_check(
                ConditionCheck::builder()
                    .table_name(&self.name)
                    .set_key(Some(key_attributes(&write.key)))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(aliases.names())
                    .set_expression_attribute_values(aliases.values())
                    .return_values_on_condition_check_failure(old)
                    .build()
                    .map_err(refused)?,
            ),
        };
        Ok(item.build())
    }
}

fn attempt_of(error: SdkError<TransactWriteItemsError>) -> Attempt {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        let collided = error
            .as_service_error()
            .is_some_and(|error| matches!(error, TransactWriteItemsError::TransactionInProgressException(_)));
        return if collided { Attempt::Collided } else { table_error(error).into() };
    };
    let reasons = cancelled.cancellation_reasons();
    let code_is = |reason: &CancellationReason, code: &str| reason.code() == Some(code);
    if reasons.iter().any(|reason| code_is(reason, "ConditionalCheckFailed")) {
        let failed = reasons.iter().enumerate().filter(|(_, reason)| code_is(reason, "ConditionalCheckFailed"));
        let failures = failed.map(|(index, reason)| {
            let current = reason.item.clone().filter(|row| !row.is_empty()).map(item).transpose()?;
            Ok((index, Failed { current }))
        });
        return match failures.collect::<Result<Vec<_>, TableError>>() {
            Ok(failures) => Attempt::Failed(Cancelled { failures }.into()),
            Err(error) => error.into(),
        };
    }
    let transient = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    if reasons.iter().any(|reason| transient.iter().any(|code| code_is(reason, code))) {
        return Attempt::Collided;
    }
    table_error(error).into()
}
