//! Where payments are kept.
//!
//! `PAY#<pay id>` / `PAYMENT` is the payment, listed by tenant in GSI1 `PAY` in the order of time (ids sort by it);
//! `CUSTOMER#<usr id>` / `PAY#<pay id>` points to it from its customer.

use kernel::{Owned, Party, PaymentId};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    from_item,
    pages::{self, Listed, PageRequest},
};

use crate::Payment;

/// The payments of one tenant.
#[derive(Clone, Copy)]
pub struct Payments<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pointer {
    payment_id: PaymentId,
}

impl Record for Payment {
    const ROWS: &'static [&'static str] = &["PAY#{payment} / PAYMENT"];
}

impl Record for Pointer {
    const ROWS: &'static [&'static str] = &["CUSTOMER#{payer} / PAY#{payment}"];
}

impl<'a> Payments<'a> {
    /// The payments of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One payment, closed until it is known who asks. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: PaymentId) -> Result<Option<Owned<Payment>>, TableError> {
        let payment: Option<Payment> = self.table.get(&self.key(id)).await?.map(from_item).transpose()?;
        Ok(payment.map(|payment| Owned::new(payment.payer, payment)))
    }

    /// Those of these ids that are there. One round trip per hundred.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_many(&self, ids: &[PaymentId]) -> Result<Vec<Payment>, TableError> {
        let keys: Vec<Key> = ids.iter().map(|id| self.key(*id)).collect();
        pages::all_of(self.table, &keys).await
    }

    /// The tenant's payments, newest first; a payment made a moment ago may be missing. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<Payment>, TableError> {
        let query = Query::gsi1(self.scope.partition("PAY")).descending();
        pages::page(self.table, query, request, |_| true).await
    }

    /// A customer's payments, newest first. Two round trips.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list_of(&self, payer: Party, request: &PageRequest) -> Result<Listed<Payment>, TableError> {
        let query = Query::partition(self.scope.partition(format_args!("CUSTOMER#{payer}"))).begins_with("PAY#");
        let place = |pointer: &Pointer| self.key(pointer.payment_id);
        pages::pointed(self.table, query.descending(), request, place, |_| true).await
    }

    /// Adds the writes that begin a payment; they belong into the transaction of the idempotency record.
    ///
    /// # Errors
    /// `Corrupt` when the payment does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, payment: &Payment) -> Result<Slot, TableError> {
        let sort = format!("PAY#{}", payment.id);
        let pointer = self.scope.key(format_args!("CUSTOMER#{}", payment.payer), sort);
        let slot = transaction.add(self.put(payment)?.when(Condition::NotExists));
        let pointed = Pointer { payment_id: payment.id };
        transaction.add(Write::put(pointer, &pointed)?.when(Condition::NotExists));
        if let Some(at) = payment.look_again_at() {
            agenda::set(transaction, self.scope, DueKind::PaymentExpiry, payment.id, at)?;
        }
        Ok(slot)
    }

    /// Adds the writes that put a changed payment in the place of the version before it: its row, whose slot is given,
    /// and its place on the agenda, where it is as long as its payer may still act.
    ///
    /// # Errors
    /// `Corrupt` when the payment does not serialise.
    pub fn save(&self, transaction: &mut Transaction, payment: &Payment) -> Result<Slot, TableError> {
        let row = self.put(payment)?.when(Condition::VersionIs(payment.version.saturating_sub(1)));
        let slot = transaction.add(row);
        match payment.look_again_at() {
            Some(at) => agenda::set(transaction, self.scope, DueKind::PaymentExpiry, payment.id, at)?,
            None => agenda::clear(transaction, self.scope, DueKind::PaymentExpiry, payment.id),
        };
        Ok(slot)
    }

    /// Changes nothing and fails when the payment is no longer in this version.
    pub fn check_unchanged(&self, transaction: &mut Transaction, payment: &Payment) -> Slot {
        transaction.add(Write::check(self.key(payment.id)).when(Condition::VersionIs(payment.version)))
    }

    fn put(&self, payment: &Payment) -> Result<Write, TableError> {
        Ok(Write::put(self.key(payment.id), payment)?.gsi1(self.scope.gsi1("PAY", payment.id)))
    }

    fn key(&self, id: PaymentId) -> Key {
        self.scope.key(format_args!("PAY#{id}"), "PAYMENT")
    }
}

#[cfg(test)]
mod tests {
    use table::record::from_golden;

    use super::*;
    use crate::{Failure, NextAction, Status, payment::tests::pending};

    #[test]
    fn stored_payments_stay_readable() {
        let begun: Payment = from_golden(include_str!("golden/payment.begun.json")).unwrap();
        assert_eq!(begun, pending());
        let payment: Payment = from_golden(include_str!("golden/payment.settled.json")).unwrap();
        assert_eq!(payment.status, Status::PartiallyRefunded);
        assert_eq!(payment.refunded.minor(), 5_000);
        let failed: Payment = from_golden(include_str!("golden/payment.failed.json")).unwrap();
        assert_eq!(failed.failure, Some(Failure { code: "402".to_owned(), message: "channel not enabled".to_owned() }));
    }

    #[test]
    fn stored_instructions_stay_readable() {
        let stored = include_str!("golden/parts/next_actions.json");
        let actions: Vec<NextAction> = serde_json::from_str(stored).unwrap();
        assert_eq!(actions.len(), 8);
        assert_eq!(serde_json::to_value(&actions).unwrap(), serde_json::from_str::<serde_json::Value>(stored).unwrap());
    }
}
