//! What a change would cost, as callers see it.

use billing::{Invoice, Line, LineItem, Subscription};
use kernel::{Date, Money, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    changes::change_subscription::ChangeAt,
    subscriptions::subscription_view::{PeriodView, SubscriptionView},
};

/// What a change would do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePreviewView {
    /// When it would change, where the request leaves it open.
    pub at: ChangeAt,
    /// From which instant: `change` with it costs the same for an hour. Null at the end of the period, and for what costs less.
    pub as_of: Option<Timestamp>,
    /// The first day that it would hold.
    pub on: Date,
    /// The subscription as it would be.
    pub subscription: SubscriptionView,
    /// The next invoice; null when that would ask for nothing.
    pub invoice: Option<PreviewInvoiceView>,
}

/// An invoice that would be.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewInvoiceView {
    /// When it would be issued.
    pub issued_at: Timestamp,
    /// What it would be made of.
    pub lines: Vec<PreviewLineView>,
    /// What the lines cost, without the taxes that come on top, in minor units.
    pub subtotal: Money,
    /// What is taken off, in minor units.
    pub discount: Money,
    /// All taxes, on top of the prices and in them, in minor units.
    pub tax: Money,
    /// How much more is given back than asked for, in minor units: it pays what is still open of this subscription, and then
    /// the next invoices.
    pub surplus: Money,
    /// What all of it costs, never below zero, in minor units.
    pub total: Money,
    /// What the customer's balance pays of it, in minor units.
    pub credits_applied: Money,
    /// What is left to be paid, in minor units.
    pub amount_due: Money,
}

/// A line of it. Amounts are in minor units; what is given back is negative.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewLineView {
    /// What it is for.
    pub kind: PreviewLineKind,
    /// What is printed.
    #[schema(example = "Premium")]
    pub name: String,
    /// For which days, the end excluded.
    pub period: Option<PeriodView>,
    /// How many of what is priced.
    #[schema(example = 1)]
    pub quantity: u64,
    /// What it costs without the taxes that come on top, before its discount.
    pub amount: Money,
}

/// What a line is for.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PreviewLineKind {
    /// The fee of a period.
    Base,
    /// What was used.
    Usage,
    /// What was used in a period that was billed before.
    LateUsage,
    /// A part of a fee, given back or asked for.
    Proration,
    /// What is taken off, or sold at once.
    Other,
}

impl ChangePreviewView {
    pub(crate) fn new(at: ChangeAt, as_of: Option<Timestamp>, after: &Subscription, invoice: Option<&Invoice>) -> Self {
        Self {
            at,
            as_of,
            on: after.scheduled.as_ref().map_or(after.segment.from, |scheduled| scheduled.on),
            subscription: after.into(),
            invoice: invoice.map(|invoice| PreviewInvoiceView::new(invoice, after)),
        }
    }
}

impl PreviewInvoiceView {
    fn new(invoice: &Invoice, after: &Subscription) -> Self {
        Self {
            issued_at: after.due_at,
            lines: invoice.lines.iter().map(PreviewLineView::from).collect(),
            subtotal: invoice.subtotal,
            discount: invoice.discount,
            tax: invoice.tax().unwrap_or(Money::zero(invoice.currency)),
            surplus: invoice.surplus,
            total: invoice.total,
            credits_applied: invoice.credits_applied,
            amount_due: invoice.amount_due(),
        }
    }
}

impl From<&Line> for PreviewLineView {
    fn from(line: &Line) -> Self {
        let (kind, quantity) = match &line.item {
            LineItem::Base(fee) => (PreviewLineKind::Base, fee.quantity),
            LineItem::Proration(fee) => (PreviewLineKind::Proration, fee.quantity),
            LineItem::Usage(used) => (PreviewLineKind::Usage, used.quantity),
            LineItem::LateUsage(used) => (PreviewLineKind::LateUsage, used.quantity),
            LineItem::OneOff(article) => (PreviewLineKind::Other, article.quantity),
            LineItem::Discount => (PreviewLineKind::Other, 1),
        };
        let (name, period, amount) = (line.name.clone(), line.service.map(PeriodView::from), line.amount);
        Self { kind, name, period, quantity, amount }
    }
}
