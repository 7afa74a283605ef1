//! Where quotes are kept: `SHIPQUOTE#<id>` / `QUOTE`, until a day after they ran out.

use jiff::SignedDuration;
use kernel::QuoteId;
use table::{Condition, Key, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use crate::Quote;

/// The quotes of one tenant.
#[derive(Clone, Copy)]
pub struct Quotes<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Quotes<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One of them; none once it ran out a day ago. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: QuoteId) -> Result<Option<Quote>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// Adds a new one to a transaction.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, quote: &Quote) -> Result<Slot, TableError> {
        let row = Write::put(self.key(quote.id), quote)?.ttl(quote.expires_at.plus(SignedDuration::from_hours(24)));
        Ok(transaction.add(row.when(Condition::NotExists)))
    }

    fn key(&self, id: QuoteId) -> Key {
        self.scope.key(format_args!("SHIPQUOTE#{id}"), "QUOTE")
    }
}
