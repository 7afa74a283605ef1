//! How a recurring invoice is shown.

use billing::{
    Covers, Interval, Line, LineItem, Makes, Memo, RecurringInvoice, RecurringInvoiceError, RecurringStatus, Taxation,
};
use kernel::{Currency, CustomerId, Date, InvoiceId, Locale, Money, RecurringInvoiceId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A recurring invoice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecurringInvoiceView {
    pub id: RecurringInvoiceId,
    /// Who is billed.
    pub customer_id: CustomerId,
    /// Whether it makes invoices: `active`, `paused`, or `over`.
    pub status: RecurringStatus,
    /// The code of what kept it from making an invoice, which paused it: mend that, and make it `active` again. Null where
    /// nothing did.
    #[schema(example = json!(null))]
    pub paused_because: Option<String>,
    pub currency: Currency,
    /// What each invoice is made of.
    pub lines: Vec<RecurringLineView>,
    /// How often.
    pub interval: Interval,
    /// The day of the first invoice.
    pub start_date: Date,
    /// The last day on which an invoice may be made; null while it goes on.
    pub end_date: Option<Date>,
    /// The day of the next invoice; null unless it is active.
    pub next_date: Option<Date>,
    /// Which days each invoice is for.
    pub covers: Covers,
    /// What is made.
    pub makes: Makes,
    /// How many were made.
    #[schema(example = 3)]
    pub made: u32,
    /// The last of them.
    pub last_invoice_id: Option<InvoiceId>,
    /// The language of the documents; null for the customer's.
    pub language: Option<Locale>,
    /// How many days there are to pay; null for those of the billing settings.
    pub terms_days: Option<u16>,
    /// What is said beneath the lines.
    pub memo: Option<Memo>,
    pub created_at: Timestamp,
}

/// A line of each invoice. Amounts are in minor units.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecurringLineView {
    /// What is printed.
    #[schema(example = "Retainer")]
    pub name: String,
    /// How many.
    #[schema(example = 1)]
    pub quantity: u64,
    /// What each costs; below zero for a deduction.
    pub unit_amount: Option<Money>,
    /// What it costs without the taxes that come on top, before its discount.
    pub amount: Money,
    /// What is taken off.
    pub discount: Money,
    /// Which taxes of the invoice are on it.
    pub taxation: Taxation,
}

impl RecurringInvoiceView {
    pub(crate) fn of(one: &RecurringInvoice) -> Result<Self, RecurringInvoiceError> {
        Ok(Self {
            id: one.id,
            customer_id: one.customer_id,
            status: one.status,
            paused_because: one.trouble.clone(),
            currency: one.currency,
            lines: one.lines.iter().filter_map(RecurringLineView::of).collect(),
            interval: one.interval,
            start_date: one.start,
            end_date: one.until,
            next_date: one.next_day()?,
            covers: one.covers,
            makes: one.makes,
            made: one.made,
            last_invoice_id: one.last_invoice,
            language: one.language,
            terms_days: one.terms_days,
            memo: one.memo.clone(),
            created_at: one.created_at,
        })
    }
}

impl RecurringLineView {
    fn of(line: &Line) -> Option<Self> {
        let LineItem::OneOff(article) = &line.item else { return None };
        Some(Self {
            name: line.name.clone(),
            quantity: article.quantity,
            unit_amount: article.unit_amount,
            amount: line.amount,
            discount: line.discount,
            taxation: article.taxation,
        })
    }
}
