//! How far the dunning of an invoice is: `DUNNING#<invoice>` / `DUNNING`.

use kernel::{InvoiceId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

/// The last step that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DunningProgress {
    /// How many days after the due date the ladder had it.
    pub days: u16,
    /// When it was taken.
    pub at: Timestamp,
    /// Raised by every step, from 1.
    pub version: u64,
}

impl Record for DunningProgress {
    const ROWS: &'static [&'static str] = &["DUNNING#{invoice} / DUNNING"];
}

impl DunningProgress {
    /// That of an invoice; `None` before the first step. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of(table: &dyn Table, scope: TenantScope, id: InvoiceId) -> Result<Option<Self>, TableError> {
        table.get(&key(scope, id)).await?.map(from_item).transpose()
    }

    /// Adds to a transaction that a step was taken after `before`; it fails when another was taken meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(
        transaction: &mut Transaction,
        scope: TenantScope,
        id: InvoiceId,
        (before, days, at): (Option<Self>, u16, Timestamp),
    ) -> Result<Slot, TableError> {
        let version = before.map_or(1, |before| before.version + 1);
        let write = Write::put(key(scope, id), &Self { days, at, version })?;
        Ok(transaction.add(match before {
            Some(before) => write.when(Condition::VersionIs(before.version)),
            None => write.when(Condition::NotExists),
        }))
    }
}

fn key(scope: TenantScope, id: InvoiceId) -> Key {
    scope.key(format_args!("DUNNING#{id}"), "DUNNING")
}
