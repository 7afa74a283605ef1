//! Where payments are kept.
//!
//! `PAY#<pay id>` / `PAYMENT` is the payment, listed by tenant in GSI1 `PAY` in the order of time (ids sort by it);
//! `CUSTOMER#<usr id>` / `PAY#<pay id>` points to it from its customer.

use kernel::{Owned, PageLimit, Party, PaymentId};
use serde::{Deserialize, Serialize};
use table::{Condition, Item, Key, Query, Table, TableError, TenantScope, Write, from_item, to_item};

use crate::Payment;

/// The payments of one tenant.
#[derive(Clone, Copy)]
pub struct Payments<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// A page of payments, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentPage {
    /// The payments.
    pub payments: Vec<Payment>,
    /// Where to go on; `None` at the end.
    pub last: Option<Item>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pointer {
    payment_id: PaymentId,
}

/// How many rows one call may read by their keys.
const READ_AT_ONCE: usize = 100;

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
        let mut payments = Vec::with_capacity(ids.len());
        for ids in ids.chunks(READ_AT_ONCE) {
            let keys: Vec<Key> = ids.iter().map(|id| self.key(*id)).collect();
            for row in self.table.batch_get(&keys).await?.into_iter().flatten() {
                payments.push(from_item(row)?);
            }
        }
        Ok(payments)
    }

    /// The tenant's payments, newest first; a payment made a moment ago may be missing. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, limit: PageLimit, after: Option<Item>) -> Result<PaymentPage, TableError> {
        let query = Query::gsi1(self.scope.partition("PAY"));
        let (rows, last) = self.page(query, &["PK", "SK", "GSI1PK", "GSI1SK"], limit, after).await?;
        let payments = rows.into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(PaymentPage { payments, last })
    }

    /// A customer's payments, newest first. Two round trips.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list_of(
        &self,
        payer: Party,
        limit: PageLimit,
        after: Option<Item>,
    ) -> Result<PaymentPage, TableError> {
        let partition = self.scope.partition(format_args!("CUSTOMER#{payer}"));
        let query = Query::partition(partition).begins_with("PAY#");
        let (pointers, last) = self.page(query, &["PK", "SK"], limit, after).await?;
        let pointers = pointers.into_iter().map(from_item::<Pointer>).collect::<Result<Vec<_>, _>>()?;
        let keys: Vec<_> = pointers.iter().map(|pointer| self.key(pointer.payment_id)).collect();
        let rows = if keys.is_empty() { Vec::new() } else { self.table.batch_get(&keys).await? };
        let payments = rows.into_iter().flatten().map(from_item).collect::<Result<_, _>>()?;
        Ok(PaymentPage { payments, last })
    }

    /// One page, newest first, and where it ends when more rows follow: one row more than wanted is asked for, since
    /// the store cannot tell whether a full page is the last.
    async fn page(
        &self,
        query: Query,
        place: &[&str],
        limit: PageLimit,
        after: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), TableError> {
        let found = self.table.query(query.descending().limit(limit.get() + 1).after(after)).await?;
        let (mut rows, mut last) = (found.items, found.last);
        if rows.len() > usize::from(limit.get()) {
            rows.truncate(limit.get().into());
            last = rows.last().map(|row| {
                let names = row.iter().filter(|(name, _)| place.contains(&name.as_str()));
                names.map(|(name, value)| (name.clone(), value.clone())).collect()
            });
        }
        Ok((rows, last))
    }

    /// The writes that begin a payment; they belong into the transaction of the idempotency record.
    ///
    /// # Errors
    /// `Corrupt` when the payment does not serialise.
    pub fn begin(&self, payment: &Payment) -> Result<[Write; 2], TableError> {
        let sort = format!("PAY#{}", payment.id);
        let pointer = self.scope.key(format_args!("CUSTOMER#{}", payment.payer), sort);
        Ok([
            self.put(payment)?.when(Condition::NotExists),
            Write::put(pointer, to_item(&Pointer { payment_id: payment.id })?).when(Condition::NotExists),
        ])
    }

    /// The write that puts a changed payment in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when the payment does not serialise.
    pub fn save(&self, payment: &Payment) -> Result<Write, TableError> {
        Ok(self.put(payment)?.when(Condition::VersionIs(payment.version.saturating_sub(1))))
    }

    /// The write that changes nothing and fails when the payment is no longer in this version.
    pub fn unchanged(&self, payment: &Payment) -> Write {
        Write::check(self.key(payment.id)).when(Condition::VersionIs(payment.version))
    }

    fn put(&self, payment: &Payment) -> Result<Write, TableError> {
        Ok(Write::put(self.key(payment.id), to_item(payment)?).gsi1(self.scope.gsi1("PAY", payment.id)))
    }

    fn key(&self, id: PaymentId) -> Key {
        self.scope.key(format_args!("PAY#{id}"), "PAYMENT")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Failure, NextAction, Status, payment::tests::pending};

    fn read(json: &str) -> Payment {
        let row: Item = serde_json::from_str(json).unwrap();
        from_item(row).unwrap()
    }

    #[test]
    fn stored_payments_stay_readable() {
        let begun = include_str!("golden/payment_begun.json");
        assert_eq!(read(begun), pending());
        let full = include_str!("golden/payment_settled.json");
        let payment = read(full);
        assert_eq!(payment.status, Status::PartiallyRefunded);
        assert_eq!(payment.refunded.minor(), 5_000);
        let failed = read(include_str!("golden/payment_failed.json"));
        assert_eq!(failed.failure, Some(Failure { code: "402".to_owned(), message: "channel not enabled".to_owned() }));
        // And what is written today is what is stored.
        for (stored, payment) in
            [(begun, pending()), (full, payment), (include_str!("golden/payment_failed.json"), failed)]
        {
            assert_eq!(to_item(&payment).unwrap(), serde_json::from_str::<Item>(stored).unwrap());
        }
    }

    #[test]
    fn stored_instructions_stay_readable() {
        let stored = include_str!("golden/next_actions.json");
        let actions: Vec<NextAction> = serde_json::from_str(stored).unwrap();
        assert_eq!(actions.len(), 8);
        assert_eq!(serde_json::to_value(&actions).unwrap(), serde_json::from_str::<serde_json::Value>(stored).unwrap());
    }
}
