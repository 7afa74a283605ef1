//! An invoice, as callers see one.

use billing::{
    AppliedCreditNote, BillTo, CouponKey, CouponOff, Fee, Invoice, InvoiceKind, InvoiceState, InvoiceStatus, Label,
    Line, LineItem, LineTax, Memo, PayLink, PayLinks, Period, Pricing, Seller, Source, StatutoryTotal, TaxCategory,
    TaxMode, TaxTotal, Taxation, UsedUnits,
};
use kernel::{
    CreditNoteId, Currency, Date, Email, InvoiceId, Locale, Money, Party, PaymentId, Phone, RecurringInvoiceId,
    SubscriptionId, TaxId, TenantId, Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;
use web::Api;

/// An invoice. `total` is `subtotal` without `discount`, the taxes that come on top, and `surplus`; the lines sum to each.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceView {
    pub id: InvoiceId,
    /// Unique in the tenant, without a gap in its month; null for a draft.
    #[schema(example = "INV-2026-12-0001")]
    pub number: Option<String>,
    pub status: InvoiceStatus,
    /// Whether it is open after its last day to pay.
    pub overdue: bool,
    /// Who owes it: a user, or in the platform's own books a tenant.
    pub customer_id: Party,
    /// `recurring` for a boundary of a subscription or the day of a recurring invoice, `final` for its end, `boundary_change` for a change within a period, or
    /// `one_off`.
    pub kind: InvoiceKind,
    /// For which subscription; null when it is for none.
    pub subscription_id: Option<SubscriptionId>,
    /// The other subscriptions of the customer that are on it; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joint_subscription_ids: Vec<SubscriptionId>,
    /// For which plan: that of the period that begins; null when it is for none.
    #[schema(example = "PREMIUM")]
    pub plan_key: Option<String>,
    /// The recurring invoice that made it; left out of every other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurring_invoice_id: Option<RecurringInvoiceId>,
    /// From the first day of any line to the last, the end excluded; each line names its own.
    pub period: Option<PeriodView>,
    /// The language of its document: `id` or `en`.
    pub language: Locale,
    pub currency: Currency,
    /// What it is made of.
    pub lines: Vec<LineView>,
    /// What the lines cost, without the taxes that come on top, in minor units.
    pub subtotal: Money,
    /// What is taken off, in minor units.
    pub discount: Money,
    /// Which coupons took how much of that off.
    pub coupons: Vec<CouponOffView>,
    /// The taxes, one each; none where there is no tax.
    pub taxes: Vec<TaxView>,
    /// How much more the credits are than the charges, which is kept on the customer's balance, in minor units.
    pub surplus: Money,
    /// What all of it costs, never below zero, in minor units.
    pub total: Money,
    /// What was paid from the customer's balance or credited, in minor units.
    pub credits_applied: Money,
    /// What was paid, in minor units.
    pub payments_applied: Money,
    /// What credit notes took back, with taxes, in minor units: of what was due, then of what was paid.
    pub credited: Money,
    /// Which credit notes, oldest first; `GET /credit-notes/{id}` has all of one.
    pub credit_notes: Vec<CreditedView>,
    /// What is still to be paid, in minor units.
    pub amount_due: Money,
    /// Who asks for the money, as printed.
    pub seller: SideView,
    /// Who is asked, as printed.
    pub bill_to: SideView,
    /// When it was issued; null for a draft.
    pub issued_at: Option<Timestamp>,
    /// The day of issue in the seller's zone.
    pub issue_date: Option<Date>,
    /// The last day to pay.
    pub due_date: Option<Date>,
    /// When it was settled.
    pub paid_at: Option<Timestamp>,
    /// By which payment; null for an invoice over nothing, and where the balance paid what was left.
    pub payment_id: Option<PaymentId>,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// When it was last mailed again.
    pub sent_at: Option<Timestamp>,
    /// How many days there are to pay, where that was written by hand; else those of the billing settings.
    pub terms_days: Option<u16>,
    /// What is said beneath the lines.
    pub memo: Option<Memo>,
    /// The page where whoever has this address can pay the invoice, without an account; left out in lists, and where nothing is
    /// due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", example = "https://api.example.com/pay/Zm9v")]
    pub pay_url: Option<String>,
}

/// A credit note that took back a part of an invoice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InvoiceCreditNote)]
pub struct CreditedView {
    pub id: CreditNoteId,
    /// Its number.
    #[schema(example = "CN-2026-12-0001")]
    pub number: String,
    /// How much, with taxes, in minor units.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
}

impl From<&AppliedCreditNote> for CreditedView {
    fn from(note: &AppliedCreditNote) -> Self {
        Self { id: note.credit_note, number: note.number.to_string(), amount: note.amount, at: note.at }
    }
}

/// A side of an invoice, as it was called when it was issued.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SideView {
    /// The name.
    #[schema(example = "Toko Budi")]
    pub name: String,
    /// The legal entity, or the company.
    #[schema(example = "PT Toko Budi Jaya")]
    pub company: Option<String>,
    /// The address, line by line.
    pub address: Vec<String>,
    /// The number with the tax office, such as the NPWP.
    pub tax_id: Option<TaxId>,
    pub email: Option<Email>,
    pub phone: Option<Phone>,
}

/// A line of an invoice. Amounts are in minor units; a credit is negative.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineView {
    /// What it is for.
    pub kind: LineKind,
    /// Of which subscription, where the invoice is for several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    /// What is printed.
    #[schema(example = "Predictions")]
    pub name: String,
    /// For which days, the end excluded; null for what is sold at once.
    pub period: Option<PeriodView>,
    /// How many of what is priced.
    #[schema(example = 1)]
    pub quantity: u64,
    /// For usage: how much, and what of it is billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageLineView>,
    /// For what is sold at once: what each costs, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_amount: Option<Money>,
    /// For what is sold at once: whether the taxes of the invoice are on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxed: Option<bool>,
    /// For what is sold at once: which taxes those are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxation: Option<Taxation>,
    /// What it costs without the taxes that come on top, before its discount.
    pub amount: Money,
    /// Its share of the discounts; below zero where days are given back that were cheaper by one.
    pub discount: Money,
    /// Its share of the invoice's taxes, one each; none where it is not taxed.
    pub taxes: Vec<LineTaxView>,
}

/// What a line is for.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// The fee of a period.
    Base,
    /// What was used.
    Usage,
    /// What was used in a period that was billed before.
    LateUsage,
    /// A part of a fee, for a change within a period.
    Proration,
    /// A discount on the whole.
    Discount,
    /// What is sold at once.
    OneOff,
}

/// How what was used is priced.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PricingModel {
    /// The same, whatever the quantity.
    Flat,
    /// Each unit the same.
    PerUnit,
    /// Each unit at the price of its tier.
    Graduated,
    /// All units at the price of the last one's tier.
    Volume,
    /// By blocks.
    Package,
}

/// A tax of a line.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineTaxView {
    /// The short name.
    #[schema(example = "PPN")]
    pub code: String,
    /// What its rate is for.
    pub category: TaxCategory,
    /// What of the line it is on, in minor units.
    pub taxable: Money,
    /// The line's share of it, in minor units.
    pub tax: Money,
}

/// How much was used.
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
    /// How they are priced.
    pub model: PricingModel,
    /// Where every unit costs the same: what `per` units beyond cost, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_amount: Option<Money>,
    /// How many units that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<u64>,
    /// Of the largest or latest quantity in a part of a period: how many days of it the units beyond are paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// How many days the price is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_days: Option<u32>,
    /// What it costs at least, where that decided, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Money>,
}

/// What a coupon took off.
#[derive(Debug, Serialize, ToSchema)]
pub struct CouponOffView {
    /// Which.
    pub key: CouponKey,
    /// Its name, as printed.
    pub name: Label,
    /// How much, in minor units.
    pub amount: Money,
}

impl From<&CouponOff> for CouponOffView {
    fn from(off: &CouponOff) -> Self {
        Self { key: off.key.clone(), name: off.name.clone(), amount: off.amount }
    }
}

/// A tax of an invoice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaxView {
    /// The short name.
    #[schema(example = "PPN")]
    pub code: String,
    /// What its rate is for: a tax with lines of each category has two of these.
    pub category: TaxCategory,
    /// In hundredths of a percent, of the price.
    #[schema(example = 1_100)]
    pub rate_basis_points: u32,
    /// Whether the prices hold it.
    pub inclusive: bool,
    /// The price that it is on, without it, in minor units.
    pub taxable: Money,
    /// The base and rate that the law prints instead, where it does (for PPN: DPP and 12 %).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statutory: Option<StatutoryView>,
    /// The tax, in minor units.
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
    pub base: Money,
}

/// Days from `start` on, up to but without `end`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodView {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
}

impl InvoiceView {
    /// The invoice as it stands at `now`.
    pub fn at(invoice: &Invoice, now: Timestamp) -> Self {
        let issued = invoice.issued.as_ref();
        let (paid_at, payment_id, voided_at) = match invoice.state {
            InvoiceState::Paid { at, payment } => (Some(at), payment, None),
            InvoiceState::Void { at } => (None, None, Some(at)),
            InvoiceState::Draft | InvoiceState::Open | InvoiceState::Uncollectible { .. } => (None, None, None),
        };
        Self {
            id: invoice.id,
            number: issued.map(|issued| issued.number.to_string()),
            status: invoice.status(),
            overdue: invoice.is_overdue(now),
            customer_id: invoice.bill_to.party,
            kind: invoice.kind,
            subscription_id: invoice.subscription(),
            joint_subscription_ids: invoice.joint.iter().map(|other| other.id).collect(),
            plan_key: plan_key(&invoice.source),
            recurring_invoice_id: invoice.recurring(),
            period: invoice.service().map(PeriodView::from),
            language: invoice.language,
            currency: invoice.currency,
            lines: invoice.lines.iter().map(LineView::from).collect(),
            subtotal: invoice.subtotal,
            discount: invoice.discount,
            coupons: invoice.coupons.iter().map(CouponOffView::from).collect(),
            taxes: invoice.taxes.iter().map(TaxView::from).collect(),
            surplus: invoice.surplus,
            total: invoice.total,
            credits_applied: invoice.credits_applied,
            payments_applied: invoice.payments_applied().unwrap_or(Money::zero(invoice.currency)),
            credited: invoice.credited().unwrap_or(Money::zero(invoice.currency)),
            credit_notes: invoice.credit_notes.iter().map(CreditedView::from).collect(),
            amount_due: invoice.amount_due(),
            seller: (&invoice.seller).into(),
            bill_to: (&invoice.bill_to).into(),
            issued_at: issued.map(|issued| issued.at),
            issue_date: issued.map(|issued| issued.date),
            due_date: issued.map(|issued| issued.due_date),
            paid_at,
            payment_id,
            voided_at,
            sent_at: invoice.sent_at,
            terms_days: invoice.terms_days,
            memo: invoice.memo.clone(),
            pay_url: None,
        }
    }

    /// The invoice in the books of a tenant as it stands now, with the address of the page where it is paid.
    /// Links of its seller begin with `base`.
    pub(crate) fn with_page(api: &Api, (seller, base): (TenantId, &str), invoice: &Invoice) -> Self {
        let keys = &api.ports().keys;
        let links = PayLinks::new(|purpose| keys.derive(purpose));
        let link = PayLink { tenant: seller, invoice: invoice.id };
        let pay_url = if invoice.amount_due().is_zero() { None } else { links.url(base, link) };
        Self { pay_url, ..Self::at(invoice, api.now()) }
    }
}

fn plan_key(source: &Source) -> Option<String> {
    match source {
        Source::Subscription { plan, .. } => Some(plan.key.to_string()),
        Source::Order { .. } | Source::Recurring { .. } | Source::Manual => None,
    }
}

impl From<&Seller> for SideView {
    fn from(seller: &Seller) -> Self {
        Self {
            name: seller.name.clone(),
            company: seller.legal_name.clone(),
            address: seller.address.clone(),
            tax_id: seller.tax_id.clone(),
            email: seller.email.clone(),
            phone: seller.phone.clone(),
        }
    }
}

impl From<&BillTo> for SideView {
    fn from(bill_to: &BillTo) -> Self {
        Self {
            name: bill_to.name.clone(),
            company: bill_to.company.clone(),
            address: bill_to.address.clone(),
            tax_id: bill_to.tax_id.clone(),
            email: bill_to.email.clone(),
            phone: bill_to.phone.clone(),
        }
    }
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> Self {
        let (kind, quantity, usage) = match &line.item {
            LineItem::Base(Fee { quantity, .. }) => (LineKind::Base, *quantity, None),
            LineItem::Usage(used) => (LineKind::Usage, used.quantity, Some(used.into())),
            LineItem::LateUsage(used) => (LineKind::LateUsage, used.quantity, Some(used.into())),
            LineItem::Proration(Fee { quantity, .. }) => (LineKind::Proration, *quantity, None),
            LineItem::Discount => (LineKind::Discount, 1, None),
            LineItem::OneOff(article) => (LineKind::OneOff, article.quantity, None),
        };
        let article = if let LineItem::OneOff(article) = &line.item { Some(article) } else { None };
        Self {
            kind,
            subscription_id: line.subscription,
            name: line.name.clone(),
            period: line.service.map(PeriodView::from),
            quantity,
            usage,
            unit_amount: article.and_then(|article| article.unit_amount),
            taxed: article.map(|article| article.taxation != Taxation::Untaxed),
            taxation: article.map(|article| article.taxation),
            amount: line.amount,
            discount: line.discount,
            taxes: line.taxes.iter().map(LineTaxView::from).collect(),
        }
    }
}

impl From<&LineTax> for LineTaxView {
    fn from(tax: &LineTax) -> Self {
        Self { code: tax.code.clone(), category: tax.category, taxable: tax.taxable, tax: tax.tax }
    }
}

impl From<&UsedUnits> for UsageLineView {
    fn from(used: &UsedUnits) -> Self {
        let (model, unit_amount, per) = match &used.pricing {
            Pricing::Flat { .. } => (PricingModel::Flat, None, None),
            Pricing::PerUnit { price } => (PricingModel::PerUnit, Some(price.amount), Some(u64::from(price.per))),
            Pricing::Graduated { .. } => (PricingModel::Graduated, None, None),
            Pricing::Volume { .. } => (PricingModel::Volume, None, None),
            Pricing::Package { amount, size } => (PricingModel::Package, Some(*amount), Some(*size)),
        };
        Self {
            feature: used.feature.to_string(),
            quantity: used.quantity,
            included: used.included,
            model,
            unit_amount,
            per,
            days: used.share.map(|share| share.part),
            of_days: used.share.map(|share| share.of),
            minimum: used.minimum,
        }
    }
}

impl From<&TaxTotal> for TaxView {
    fn from(tax: &TaxTotal) -> Self {
        Self {
            code: tax.code.clone(),
            category: tax.category,
            rate_basis_points: tax.rate.as_basis_points(),
            inclusive: tax.mode == TaxMode::Inclusive,
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
