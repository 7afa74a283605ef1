//! Refunds, kept beside their payment: `PAY#<pay id>` / `REFUND#<refund id>`.

use kernel::{PaymentId, RefundId, Timestamp};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    from_item,
    pages::{self, Listed, PageRequest},
};

use crate::Refund;

/// The refunds of one tenant.
#[derive(Clone, Copy)]
pub struct Refunds<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl Record for Refund {
    const ROWS: &'static [&'static str] = &["PAY#{payment} / REFUND#{refund}"];
}

impl<'a> Refunds<'a> {
    /// The refunds of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One refund. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, payment: PaymentId, refund: RefundId) -> Result<Option<Refund>, TableError> {
        self.table.get(&self.key(payment, refund)).await?.map(from_item).transpose()
    }

    /// The refunds of a payment, newest first. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, payment: PaymentId, request: &PageRequest) -> Result<Listed<Refund>, TableError> {
        let query = Query::partition(self.scope.partition(format_args!("PAY#{payment}"))).begins_with("REFUND#");
        pages::page(self.table, query.descending(), request, |_| true).await
    }

    /// Adds a refund that the provider is to be asked for, by whoever gets to it first: at `at` the agenda has it done.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, refund: &Refund, at: Timestamp) -> Result<Slot, TableError> {
        agenda::set(transaction, self.scope, DueKind::OpenRefund, refund.payment_id, at)?;
        self.insert_ended(transaction, refund)
    }

    /// Adds a refund that has happened at the provider.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_ended(&self, transaction: &mut Transaction, refund: &Refund) -> Result<Slot, TableError> {
        Ok(transaction.add(self.put(refund)?.when(Condition::NotExists)))
    }

    /// Puts a refund that has ended in the place of the version before it, and takes it off the agenda.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, refund: &Refund) -> Result<Slot, TableError> {
        agenda::clear(transaction, self.scope, DueKind::OpenRefund, refund.payment_id);
        self.save_ended(transaction, refund)
    }

    /// Puts a refund that had ended before in the place of the version before it. Another one of its payment may be on the
    /// agenda, and stays there.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_ended(&self, transaction: &mut Transaction, refund: &Refund) -> Result<Slot, TableError> {
        Ok(transaction.add(self.put(refund)?.when(Condition::VersionIs(refund.version.saturating_sub(1)))))
    }

    fn put(&self, refund: &Refund) -> Result<Write, TableError> {
        Write::put(self.key(refund.payment_id, refund.id), refund)
    }

    fn key(&self, payment: PaymentId, refund: RefundId) -> Key {
        self.scope.key(format_args!("PAY#{payment}"), format_args!("REFUND#{refund}"))
    }
}
