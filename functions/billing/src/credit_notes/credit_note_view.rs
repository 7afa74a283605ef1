//! A credit note, as callers see one.

use billing::{CreditNote, CreditNoteLine, CreditReason, Memo};
use kernel::{CreditNoteId, Currency, Date, InvoiceId, Locale, Money, Party, RefundId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::invoices::invoice_view::{LineTaxView, PeriodView, SideView, TaxView};

/// A credit note. `total` is `subtotal` and the taxes that come on top; it is `againstDue` and `toBalance`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreditNoteView {
    /// Null in a preview.
    pub id: Option<CreditNoteId>,
    /// Unique in the tenant, without a gap in its month; null in a preview.
    #[schema(example = "CN-2026-12-0001")]
    pub number: Option<String>,
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// The invoice's number.
    #[schema(example = "INV-2026-12-0001")]
    pub invoice_number: String,
    /// The invoice's day of issue.
    pub invoice_date: Date,
    /// Who owed it: a customer, or in the platform's own books a tenant.
    pub customer_id: Party,
    /// Why.
    pub reason: CreditReason,
    /// What is said beneath the lines.
    pub memo: Option<Memo>,
    /// The language of its document: `id` or `en`, that of the invoice.
    pub language: Locale,
    pub currency: Currency,
    /// What it takes back of which lines.
    pub lines: Vec<CreditNoteLineView>,
    /// The lines, without the taxes that come on top, in minor units.
    pub subtotal: Money,
    /// The taxes that it takes back, one each.
    pub taxes: Vec<TaxView>,
    /// All that it takes back, in minor units.
    pub total: Money,
    /// How much of that was still owed, in minor units.
    pub against_due: Money,
    /// How much of it is on the customer's balance, in minor units.
    pub to_balance: Money,
    /// The refund that pays that out at once; null when it stays on the balance.
    pub refund_id: Option<RefundId>,
    /// Who asked for the money, as printed.
    pub seller: SideView,
    /// Who was asked, as printed.
    pub bill_to: SideView,
    /// The day in the seller's zone.
    pub issue_date: Date,
    /// When.
    pub created_at: Timestamp,
}

/// What a credit note takes back of a line. Amounts are in minor units.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreditNoteLineView {
    /// The line's place on the invoice, from 1.
    #[schema(example = 1)]
    pub line: usize,
    /// What is printed.
    #[schema(example = "Premium")]
    pub name: String,
    /// For which days it was, the end excluded; null for what was sold at once.
    pub period: Option<PeriodView>,
    /// How much, without the taxes that come on top.
    pub amount: Money,
    /// How much of its taxes, one each.
    pub taxes: Vec<LineTaxView>,
}

impl CreditNoteView {
    /// What a note would be that is not written.
    pub(super) fn preview(note: &CreditNote) -> Self {
        Self { id: None, number: None, ..Self::from(note) }
    }
}

impl From<&CreditNote> for CreditNoteView {
    fn from(note: &CreditNote) -> Self {
        Self {
            id: Some(note.id),
            number: Some(note.number.to_string()),
            invoice_id: note.invoice,
            invoice_number: note.invoice_number.to_string(),
            invoice_date: note.invoice_date,
            customer_id: note.bill_to.party,
            reason: note.reason,
            memo: note.memo.clone(),
            language: note.language,
            currency: note.currency,
            lines: note.lines.iter().map(CreditNoteLineView::from).collect(),
            subtotal: note.subtotal,
            taxes: note.taxes.iter().map(TaxView::from).collect(),
            total: note.total,
            against_due: note.against_due,
            to_balance: note.to_balance,
            refund_id: note.refund,
            seller: (&note.seller).into(),
            bill_to: (&note.bill_to).into(),
            issue_date: note.date,
            created_at: note.created_at,
        }
    }
}

impl From<&CreditNoteLine> for CreditNoteLineView {
    fn from(line: &CreditNoteLine) -> Self {
        Self {
            line: line.line,
            name: line.name.clone(),
            period: line.service.map(PeriodView::from),
            amount: line.amount,
            taxes: line.taxes.iter().map(LineTaxView::from).collect(),
        }
    }
}
