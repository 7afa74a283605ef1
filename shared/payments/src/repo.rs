//! Where payments are kept.
//!
//! `PAY#<pay id>` / `PAYMENT` is the payment, listed by tenant in GSI1 `PAY` in the order of time (ids sort by it);
//! `CUSTOMER#<usr id>` / `PAY#<pay id>` points to it from its customer.

use kernel::{InvoiceId, Owned, Party, PaymentId};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{Payment, Status};

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

/// Whose payments, or which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentsOf {
    /// All of the tenant.
    Tenant,
    /// A customer's.
    Customer(Party),
    /// Those for an invoice, and who is billed by it.
    Invoice(Party, InvoiceId),
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

    /// Payments in whatever state, or in one, newest first; of the tenant's, one made a moment ago may be missing. One query,
    /// and but for the tenant one batch of reads; with a state or an invoice up to ten of each.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        of: PaymentsOf,
        only: Option<Status>,
        request: &PageRequest,
    ) -> Result<Listed<Payment>, TableError> {
        let shows = |payment: &Payment| only.is_none_or(|only| payment.status == only);
        let (payer, first, invoice) = match of {
            PaymentsOf::Tenant => {
                let query = Query::gsi1(self.scope.partition("PAY")).descending();
                return pages::page(self.table, query, request, shows).await;
            }
            PaymentsOf::Customer(party) => (party, String::new(), None),
            PaymentsOf::Invoice(party, id) => (party, moment(id), Some(id)),
        };
        let keep = |payment: &Payment| {
            shows(payment) && invoice.is_none_or(|invoice| payment.purpose.invoice() == Some(invoice))
        };
        let query = Query::partition(self.scope.partition(format_args!("CUSTOMER#{payer}")));
        // Pointers are in the order of their payments' ids, which is that of their making.
        let pointers = query.between(format!("PAY#{}{first}", PaymentId::PREFIX), "PAY#~").descending();
        let place = |pointer: &Pointer| self.key(pointer.payment_id);
        pages::pointed(self.table, pointers, request, place, keep).await
    }

    /// A customer's payments, newest first. Two round trips.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list_of(&self, payer: Party, request: &PageRequest) -> Result<Listed<Payment>, TableError> {
        self.list(PaymentsOf::Customer(payer), None, request).await
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

/// The moment of an invoice's making, as the ids of payments begin that were made since: none is made for it before.
fn moment(invoice: InvoiceId) -> String {
    invoice.ulid().to_string().chars().take(MOMENT).collect()
}

/// How many characters of an id say when it was made.
const MOMENT: usize = 10;

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
