//! How often an invoice was collected by a saved method: `COLLECTION#<invoice>` / `COLLECTION`.
//!
//! An attempt is stored in the transaction that begins its payment, under the version that was read: whoever is second, on
//! another delivery or for another reason, finds the first one's payment and makes no other.

use kernel::{InvoiceId, PaymentId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};
use ulid::Ulid;

use crate::digest;

/// The last attempt at an invoice, and how many there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectionAttempts {
    /// Why the last one was made: the instant of the issue, or of the dunning step.
    pub at: Timestamp,
    /// By which payment.
    pub payment_id: PaymentId,
    /// Raised by every attempt, from 1: how many there were.
    pub version: u64,
}

impl Record for CollectionAttempts {
    const ROWS: &'static [&'static str] = &["COLLECTION#{invoice} / COLLECTION"];
}

impl CollectionAttempts {
    /// Those at an invoice; `None` before the first one. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of(table: &dyn Table, scope: TenantScope, id: InvoiceId) -> Result<Option<Self>, TableError> {
        table.get(&key(scope, id)).await?.map(from_item).transpose()
    }

    /// The next attempt at an invoice, for the reason that came at `at`. Its payment's id follows from both: whoever makes this
    /// attempt makes this payment.
    pub fn next(before: Option<&Self>, invoice: InvoiceId, at: Timestamp) -> Self {
        let hash = digest::sha256_hex(format!("{invoice}#{at}").as_bytes());
        let random = hash.get(..20).and_then(|text| u128::from_str_radix(text, 16).ok()).unwrap_or_default();
        let millis = u64::try_from(at.as_millis()).unwrap_or_default();
        let payment_id = PaymentId::new(Ulid::from_parts(millis, random));
        Self { at, payment_id, version: before.map_or(1, |before| before.version + 1) }
    }

    /// Adds to a transaction that this is the last attempt now; it fails when another was made meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, scope: TenantScope, id: InvoiceId) -> Result<Slot, TableError> {
        let write = Write::put(key(scope, id), self)?;
        Ok(transaction.add(write.when(Condition::follows(self.version))))
    }
}

fn key(scope: TenantScope, id: InvoiceId) -> Key {
    scope.key(format_args!("COLLECTION#{id}"), "COLLECTION")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_attempt_has_the_same_payment_and_another_has_another() {
        let invoice: InvoiceId = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let other: InvoiceId = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap();
        let (issue, step) = ("2026-12-01T03:00:00Z".parse().unwrap(), "2026-12-15T02:00:00Z".parse().unwrap());
        let first = CollectionAttempts::next(None, invoice, issue);
        assert_eq!(CollectionAttempts::next(None, invoice, issue), first);
        assert_ne!(CollectionAttempts::next(None, other, issue).payment_id, first.payment_id);
        let second = CollectionAttempts::next(Some(&first), invoice, step);
        assert!(second.payment_id > first.payment_id, "payments are listed in the order of time");
        assert_eq!((first.version, second.version), (1, 2));
    }
}
