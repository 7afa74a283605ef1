//! An invoice, as callers see one.

use billing::{
    Invoice, InvoiceLine, InvoiceState, InvoiceStatus, LineItem, Period, StatutoryTotal, TaxTotal, UsedUnits,
};
use kernel::{Currency, Date, Email, InvoiceId, Money, Party, PaymentId, SubscriptionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// An invoice. `total` is `subtotal` and the taxes; the lines sum to both.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceView {
    /// The id.
    #[schema(value_type = String, example = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub id: InvoiceId,
    /// Unique in the tenant, without a gap in its month; null for a draft.
    #[schema(example = "INV-2026-12-0001")]
    pub number: Option<String>,
    /// `draft`, `open`, `paid`, `void` or `uncollectible`.
    #[schema(value_type = String, example = "open")]
    pub status: InvoiceStatus,
    /// Whether it is open after its last day to pay.
    pub overdue: bool,
    /// Who owes it: a user, or in the platform's own books a tenant.
    #[schema(value_type = String, example = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub customer_id: Party,
    /// For which subscription.
    #[schema(value_type = String, example = "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub subscription_id: SubscriptionId,
    /// For which plan.
    #[schema(example = "PREMIUM")]
    pub plan_key: String,
    /// For which days, the end excluded.
    pub period: PeriodView,
    /// ISO 4217.
    #[schema(value_type = String, example = "IDR")]
    pub currency: Currency,
    /// What it is made of.
    pub lines: Vec<LineView>,
    /// What the lines cost without tax, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 524_000, "currency": "IDR"}))]
    pub subtotal: Money,
    /// The taxes, one each; none where there is no tax.
    pub taxes: Vec<TaxView>,
    /// What all of it costs, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 581_640, "currency": "IDR"}))]
    pub total: Money,
    /// What is still to be paid, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 581_640, "currency": "IDR"}))]
    pub amount_due: Money,
    /// Who asks for the money.
    #[schema(example = "Toko Budi")]
    pub seller_name: String,
    /// Who is asked.
    #[schema(example = "Budi Santoso")]
    pub buyer_name: String,
    /// Where the invoice was sent; null when the customer has no address.
    #[schema(value_type = Option<String>, example = "budi@example.com")]
    pub buyer_email: Option<Email>,
    /// When it was issued; null for a draft.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub issued_at: Option<Timestamp>,
    /// The day of issue in the seller's zone.
    #[schema(value_type = Option<String>, format = Date)]
    pub issue_date: Option<Date>,
    /// The last day to pay.
    #[schema(value_type = Option<String>, format = Date)]
    pub due_date: Option<Date>,
    /// When it was settled.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paid_at: Option<Timestamp>,
    /// By which payment; null for an invoice over nothing.
    #[schema(value_type = Option<String>)]
    pub payment_id: Option<PaymentId>,
}

/// A line of an invoice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineView {
    /// `base`, `usage`, or `previous_usage` for use that was reported after its own period's invoice.
    #[schema(example = "usage")]
    pub item: &'static str,
    /// What is printed.
    #[schema(example = "Predictions")]
    pub name: String,
    /// For which days, the end excluded.
    pub period: PeriodView,
    /// For usage: how much and at which price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageLineView>,
    /// What it costs without tax, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 75_000, "currency": "IDR"}))]
    pub amount: Money,
    /// Its share of the invoice's tax, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 8_250, "currency": "IDR"}))]
    pub tax: Money,
}

/// How much was used and what a unit costs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageLineView {
    /// What was counted.
    #[schema(example = "predictions")]
    pub feature: String,
    /// How many units.
    pub quantity: u64,
    /// How many of them the base fee covers.
    pub included: u64,
    /// What `per` units beyond cost, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 300, "currency": "IDR"}))]
    pub unit_amount: Money,
    /// How many units that is.
    pub per: u32,
}

/// A tax of an invoice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxView {
    /// The short name.
    #[schema(example = "PPN")]
    pub code: String,
    /// In hundredths of a percent, of the price.
    #[schema(example = 1_100)]
    pub rate_basis_points: u32,
    /// The price that it is on, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 524_000, "currency": "IDR"}))]
    pub taxable: Money,
    /// The base and rate that the law prints instead, where it does (for PPN: DPP and 12 %).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statutory: Option<StatutoryView>,
    /// The tax, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 57_640, "currency": "IDR"}))]
    pub tax: Money,
}

/// A tax as the law puts it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatutoryView {
    /// In hundredths of a percent, of the base.
    #[schema(example = 1_200)]
    pub rate_basis_points: u32,
    /// The part of the price that the rate is applied to, in minor units.
    #[schema(value_type = Object, example = json!({"amount": 480_333, "currency": "IDR"}))]
    pub base: Money,
}

/// Days from `start` on, up to but without `end`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodView {
    /// The first day.
    #[schema(value_type = String, format = Date, example = "2026-12-01")]
    pub start: Date,
    /// The day after the last.
    #[schema(value_type = String, format = Date, example = "2027-01-01")]
    pub end: Date,
}

impl InvoiceView {
    /// The invoice as it stands at `now`.
    pub fn at(invoice: &Invoice, now: Timestamp) -> Self {
        let issued = invoice.issued.as_ref();
        let (paid_at, payment_id) = match invoice.state {
            InvoiceState::Paid { at, payment } => (Some(at), payment),
            InvoiceState::Draft
            | InvoiceState::Open
            | InvoiceState::Void { .. }
            | InvoiceState::Uncollectible { .. } => (None, None),
        };
        Self {
            id: invoice.id,
            number: issued.map(|issued| issued.number.to_string()),
            status: invoice.status(),
            overdue: invoice.is_overdue(now),
            customer_id: invoice.party,
            subscription_id: invoice.subscription,
            plan_key: invoice.plan.key.to_string(),
            period: invoice.period.into(),
            currency: invoice.currency,
            lines: invoice.lines.iter().map(LineView::from).collect(),
            subtotal: invoice.subtotal,
            taxes: invoice.taxes.iter().map(TaxView::from).collect(),
            total: invoice.total,
            amount_due: invoice.amount_due(),
            seller_name: invoice.seller.name.clone(),
            buyer_name: invoice.buyer.name.clone(),
            buyer_email: invoice.buyer.email.clone(),
            issued_at: issued.map(|issued| issued.at),
            issue_date: issued.map(|issued| issued.date),
            due_date: issued.map(|issued| issued.due_date),
            paid_at,
            payment_id,
        }
    }
}

impl From<&InvoiceLine> for LineView {
    fn from(line: &InvoiceLine) -> Self {
        let (item, usage) = match &line.item {
            LineItem::Base => ("base", None),
            LineItem::Usage(used) => ("usage", Some(used.into())),
            LineItem::PreviousUsage(used) => ("previous_usage", Some(used.into())),
        };
        let (name, period) = (line.name.clone(), line.period.into());
        Self { item, name, period, usage, amount: line.amount, tax: line.tax }
    }
}

impl From<&UsedUnits> for UsageLineView {
    fn from(used: &UsedUnits) -> Self {
        Self {
            feature: used.feature.to_string(),
            quantity: used.quantity,
            included: used.included,
            unit_amount: used.price.amount,
            per: used.price.per,
        }
    }
}

impl From<&TaxTotal> for TaxView {
    fn from(tax: &TaxTotal) -> Self {
        Self {
            code: tax.code.clone(),
            rate_basis_points: tax.rate.as_basis_points(),
            taxable: tax.taxable,
            statutory: tax
                .statutory
                .map(|StatutoryTotal { base, rate }| StatutoryView { rate_basis_points: rate.as_basis_points(), base }),
            tax: tax.tax,
        }
    }
}

impl From<Period> for PeriodView {
    fn from(Period { start, end }: Period) -> Self {
        Self { start, end }
    }
}
