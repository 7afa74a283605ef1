//! What every implementation of [`Table`] must do, as small named checks: `shared/table/tests/contract.rs` runs them on
//! the embedded store and on any other that it is pointed at, so that no store and no wrapper can drift from DynamoDB.
//!
//! Each check works in a tenant of its own that nobody used before, so that the suite can run again and again on one
//! table, beside others. A check that fails panics with what it found.

mod agenda;
mod batches;
mod conditions;
mod events;
mod indexes;
mod queries;
mod races;
mod transactions;
mod updates;
mod values;
mod writes;

use std::{fmt::Display, time::Duration};

use cloud::{Entropy, SystemEntropy};
use kernel::TenantId;
use serde_json::Value;
use table::{Failed, Item, Key, Slot, Table, TableError, TenantScope, TransactError, Transaction, Write, WriteError};
use ulid::Ulid;

use crate::raw;

/// Runs every check of the contract.
///
/// # Panics
/// The store breaks the contract, or cannot be reached.
pub async fn contract(table: &dyn Table) {
    conditions::every_condition_both_ways(table).await;
    conditions::several_conditions_must_all_hold(table).await;
    conditions::groups_of_groups_are_taken(table).await;
    conditions::a_group_of_nothing_is_refused(table).await;
    conditions::a_failed_condition_shows_the_row(table).await;

    writes::a_put_replaces_the_whole_row(table).await;
    writes::a_put_stays_at_its_key(table).await;
    writes::a_delete_takes_the_row_away(table).await;
    writes::a_check_is_not_a_write(table).await;
    writes::a_row_past_its_time_can_still_be_read(table).await;
    writes::tenants_do_not_see_one_another(table).await;

    updates::an_update_makes_the_row(table).await;
    updates::every_change_changes_its_attribute(table).await;
    updates::an_update_without_changes_is_refused(table).await;
    updates::an_update_cannot_move_the_row(table).await;
    updates::text_cannot_be_added_to(table).await;

    values::whole_numbers_are_exact(table).await;
    values::sums_are_exact_at_the_ends(table).await;
    values::nulls_are_not_stored(table).await;
    values::every_kind_of_value_comes_back(table).await;
    values::names_cannot_collide_with_the_language(table).await;
    values::unicode_comes_back(table).await;
    values::rows_may_be_large(table).await;

    batches::rows_come_in_the_order_of_their_keys(table).await;
    batches::a_hundred_keys_are_one_batch(table).await;

    queries::ranges_hold_what_they_say(table).await;
    queries::a_partition_without_rows_is_an_empty_page(table).await;
    queries::pages_meet_without_gap_or_repeat(table).await;
    queries::pages_of_large_rows_meet(table).await;
    queries::order_is_by_bytes(table).await;

    indexes::a_tenant_lists_its_rows(table).await;
    indexes::due_work_holds_keys_only(table).await;

    agenda::work_is_listed_from_its_instant_on(table).await;
    agenda::work_is_claimed_once_and_comes_again_after_its_lease(table).await;
    agenda::work_that_was_moved_meanwhile_is_not_lost(table).await;
    agenda::work_is_listed_oldest_first_and_by_tenant(table).await;

    transactions::all_or_nothing(table).await;
    transactions::every_failure_is_told_by_its_place(table).await;
    transactions::a_hundred_writes_and_no_more(table).await;
    transactions::a_row_can_be_written_once(table).await;
    transactions::no_writes_are_done_at_once(table).await;

    races::concurrent_additions_all_count(table).await;
    races::concurrent_firsts_have_one_winner(table).await;
    races::versions_let_nothing_be_overwritten(table).await;
    races::colliding_transactions_all_happen(table).await;

    events::an_event_is_stored_once_under_its_hour(table).await;
}

/// Where one check works: the table, and a tenant of its own.
struct Ground<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Ground<'a> {
    fn new(table: &'a dyn Table) -> Self {
        let mut random = [0; 16];
        SystemEntropy.fill(&mut random);
        Self { table, scope: TenantScope::new(TenantId::new(Ulid::from(u128::from_be_bytes(random)))) }
    }

    /// The key of a row in the partition `ROWS`.
    fn key(&self, name: impl Display) -> Key {
        self.scope.key("ROWS", name)
    }

    /// A row as it is, without its key.
    async fn row(&self, name: &str) -> Option<Item> {
        self.table.get(&self.key(name)).await.unwrap_or_else(|error| panic!("get {name}: {error}")).map(record)
    }

    /// Puts a row, without conditions.
    async fn put(&self, name: &str, row: Value) {
        self.wrote(raw::put(self.key(name), object(row))).await;
    }

    /// A write that must happen; for updates the new row.
    async fn wrote(&self, write: Write) -> Option<Item> {
        self.table.write(write).await.unwrap_or_else(|error| panic!("write: {error}")).map(record)
    }

    /// A write whose condition must not hold; the row as it is.
    async fn failed(&self, write: Write) -> Option<Item> {
        match self.table.write(write.clone()).await {
            Err(WriteError::ConditionFailed { current }) => current.map(record),
            other => panic!("{write:?} gave {other:?} rather than a failed condition"),
        }
    }

    /// A write that the store must refuse as malformed.
    async fn refused(&self, write: Write) {
        match self.table.write(write.clone()).await {
            Err(WriteError::Table(TableError::Refused(_))) => {}
            other => panic!("{write:?} gave {other:?} rather than a refusal"),
        }
    }

    /// A transaction that must happen.
    async fn transacted(&self, writes: impl IntoIterator<Item = Write>) {
        self.transact(writes).await.unwrap_or_else(|error| panic!("transact: {error}"));
    }

    async fn transact(&self, writes: impl IntoIterator<Item = Write>) -> Result<(), TransactError> {
        let mut transaction = Transaction::new();
        for write in writes {
            transaction.add(write);
        }
        self.table.transact(transaction).await
    }

    /// A transaction that must be cancelled; at each of the slots, the row as it is, or nothing where the write was not
    /// one that failed.
    async fn cancelled(&self, transaction: Transaction, slots: &[Slot]) -> Vec<Option<Option<Item>>> {
        match self.table.transact(transaction).await {
            Err(TransactError::Cancelled(cancelled)) => slots
                .iter()
                .map(|slot| cancelled.failed(*slot).map(|Failed { current }| current.clone().map(record)))
                .collect(),
            other => panic!("the transaction gave {other:?} rather than a cancellation"),
        }
    }
}

/// The object that a JSON literal is.
fn object(value: Value) -> Item {
    match value {
        Value::Object(object) => object,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            panic!("{value} is not a row")
        }
    }
}

/// A row without the attributes of its key.
fn record(mut row: Item) -> Item {
    row.retain(|name, _| !["PK", "SK"].contains(&name.as_str()));
    row
}

/// A text attribute of a row; empty when there is none.
fn text<'a>(row: &'a Item, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The pause before an index is looked at again: on AWS it lags behind the table.
const LAG: Duration = Duration::from_millis(100);
