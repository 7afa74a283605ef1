//! Where the use of quotas is counted: one row for each window of each quota of a subscription, in a partition of its own,
//! so that a busy quota slows nothing else down.
//!
//! `QUOTA#<sub>#<quota>#<start of the window>` / `QUOTA` with `used`. A new window begins without a row; that of an old one
//! is deleted some time after its end.

use jiff::SignedDuration;
use kernel::SubscriptionId;
use serde::{Deserialize, Serialize};
use table::{Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use crate::{QuotaAllowance, Spending};

/// How long a counter stays after its window.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The counters of one subscription's quotas.
#[derive(Clone, Copy)]
pub struct QuotaCounters<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
    subscription: SubscriptionId,
}

/// What of a quota is used in a window.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct QuotaCounter {
    used: u64,
}

impl Record for QuotaCounter {
    const ROWS: &'static [&'static str] = &["QUOTA#{subscription}#{quota}#{start} / QUOTA"];
}

impl<'a> QuotaCounters<'a> {
    /// Those of a subscription of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope, subscription: SubscriptionId) -> Self {
        Self { table, scope, subscription }
    }

    /// How much of each is used, in their order; at most 100. One round trip, none for none.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn used(&self, allowances: &[QuotaAllowance]) -> Result<Vec<u64>, TableError> {
        if allowances.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Key> = allowances.iter().map(|one| self.key(one)).collect();
        let rows = self.table.batch_get(&keys).await?;
        rows.into_iter().map(used).collect()
    }

    /// Adds a use to a transaction. The slot is that of the write that fails when the counter has left the band for which
    /// it was decided; [`Self::now`] then says how it is.
    pub fn spend(&self, transaction: &mut Transaction, allowance: &QuotaAllowance, spending: &Spending) -> Slot {
        let more = i64::try_from(spending.quantity).unwrap_or(i64::MAX);
        let write = Write::update::<QuotaCounter>(self.key(allowance))
            .add("used", more)
            .ttl(allowance.window.ends_at.plus(KEPT));
        transaction.add(spending.condition().into_iter().fold(write, Write::when))
    }

    /// How much a counter says that failed a transaction; `None` for one that did not.
    ///
    /// # Errors
    /// `Corrupt` for a row of another shape.
    pub fn now(cancelled: &table::Cancelled, slot: Slot) -> Result<Option<u64>, TableError> {
        cancelled.failed(slot).map(|failed| used(failed.current.clone())).transpose()
    }

    fn key(&self, allowance: &QuotaAllowance) -> Key {
        let (subscription, name, start) = (self.subscription, &allowance.name, &allowance.window.start);
        self.scope.key(format_args!("QUOTA#{subscription}#{name}#{start}"), "QUOTA")
    }
}

fn used(row: Option<table::Item>) -> Result<u64, TableError> {
    Ok(row.map(from_item::<QuotaCounter>).transpose()?.map_or(0, |counter| counter.used))
}
