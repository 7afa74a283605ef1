//! What there is of an invoice beside its own row: what of it is to be earned, and what credit notes took of it.
//!
//! `CREDITED#<inv id>` / `SUM` has the sum of an invoice's credit notes and what they took of each line.

use billing::{CreditedBefore, Invoice, LinePart};
use kernel::{Date, InvoiceId, Money};
use serde::{Deserialize, Serialize};
use table::{Key, Record, Table, TableError, TenantScope, from_item, pages};

use crate::{
    Deferred,
    recognise::{deferred_key, read_deferred},
};

/// What there is of an invoice beside its own row that decides whether and how it is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BesideInvoice {
    /// What of it is still to be earned.
    pub deferred: Option<Deferred>,
    /// What credit notes took of it.
    pub(crate) credited: Option<CreditedSum>,
}

impl BesideInvoice {
    /// Reads it. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn read(table: &dyn Table, scope: TenantScope, invoice: InvoiceId) -> Result<Self, TableError> {
        let keys = [deferred_key(scope, invoice), credited_key(scope, invoice)];
        let mut rows = pages::each_of(table, &keys).await?.into_iter();
        let deferred = rows.next().flatten().map(from_item).transpose()?;
        let credited = rows.next().flatten().map(from_item).transpose()?;
        Ok(Self { deferred: deferred.map(read_deferred), credited: credited.map(read_credited).transpose()? })
    }
}

impl BesideInvoice {
    /// What a credit note of the invoice is decided by, on a day of the seller's zone.
    pub fn before(&self, invoice: &Invoice, today: Date) -> CreditedBefore<'_> {
        CreditedBefore {
            parts: self.credited.as_ref().map_or(&[], |credited| credited.lines.as_slice()),
            deferred: self.deferred.as_ref().map_or(Money::zero(invoice.currency), |deferred| deferred.left),
            deferred_taken: self.deferred.as_ref().map_or(&[], |deferred| deferred.taken_by_line.as_slice()),
            today,
        }
    }
}

/// The sum of an invoice's credit notes, in minor units, and what they took of each line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CreditedSum {
    pub(crate) amount: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lines: Vec<LinePart>,
}

impl Record for CreditedSum {
    const ROWS: &'static [&'static str] = &["CREDITED#{invoice} / SUM"];
}

/// Where the sum of an invoice's credit notes is.
pub(crate) fn credited_key(scope: TenantScope, invoice: InvoiceId) -> Key {
    scope.key(format_args!("CREDITED#{invoice}"), "SUM")
}

/// What a row says of an invoice that was credited before. The notes of a row without lines cannot be told apart by them.
pub(crate) fn read_credited(row: CreditedSum) -> Result<CreditedSum, TableError> {
    if row.lines.is_empty() && row.amount != 0 {
        return Err(TableError::Corrupt("a sum of credit notes has no lines".to_owned()));
    }
    Ok(row)
}
