//! How far the dunning of an invoice is: `DUNNING#<invoice>` / `DUNNING`.

use events::invoice::ServiceStop;
use kernel::{Date, InvoiceId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

/// The last step that was taken, and what the customer was told so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DunningProgress {
    /// How many days after the due date the ladder had it.
    pub days: u16,
    /// When something was last done.
    pub at: Timestamp,
    /// How many reminders were sent.
    #[serde(default, skip_serializing_if = "is_none_sent")]
    pub reminders: u16,
    /// What the last reminder said of service; `None` when it said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<ToldStop>,
    /// Raised by every step, from 1.
    pub version: u64,
}

/// On which day service stops, and how, as the customer was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToldStop {
    /// The day. Service does not stop before it, whatever the ladder says by then.
    pub on: Date,
    /// What happens then.
    pub stop: ServiceStop,
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

    /// Adds to a transaction that this is the progress now; it fails when another step was taken meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, scope: TenantScope, id: InvoiceId) -> Result<Slot, TableError> {
        let write = Write::put(key(scope, id), self)?;
        Ok(transaction.add(write.when(Condition::follows(self.version))))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_none_sent(reminders: &u16) -> bool {
    *reminders == 0
}

fn key(scope: TenantScope, id: InvoiceId) -> Key {
    scope.key(format_args!("DUNNING#{id}"), "DUNNING")
}
