//! What a turn of a subscription costs: its charges as lines, and the taxes on them.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kernel::{Currency, Date, InvoiceId, Locale, Money, MoneyError};

use crate::{
    Adjustment, BillTo, Charge, Feature, Fee, Invoice, InvoiceError, InvoiceKind, InvoiceState, Line, LineItem,
    MeteredPrice, NoSuchPeriod, NumberPrefix, Plan, PlanPrice, PlanSet, Seller, Share, Side, Source, Subscription,
    SubscriptionError, TaxRate, Taxed, Turn, UsePart, UsedUnits, assess, coupons::off::Priced,
};

/// What was used, as the counters of the period that ended say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Units by the first day of the part of the period that they are counted in.
    pub units: BTreeMap<(Date, Feature), u64>,
    /// Units of former periods that came too late for their own invoice, by the first day that they are counted by.
    pub late: BTreeMap<(Date, Feature), LateUnits>,
}

/// Units that came too late for their own period's invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LateUnits {
    /// How many.
    pub units: u64,
    /// How many units of their period were invoiced before.
    pub billed_before: u64,
}

/// What is printed about the two sides, and the rules between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Who asks for the money.
    pub seller: Seller,
    /// Who is asked.
    pub bill_to: BillTo,
    /// The language that it is printed in.
    pub language: Locale,
    /// The taxes on it; none when the seller collects none, or the customer pays none.
    pub rates: Vec<TaxRate>,
    /// What its number begins with.
    pub number_prefix: NumberPrefix,
    /// How many days there are to pay.
    pub terms_days: u16,
    /// How long an invoice waits for usage that is under way.
    pub grace: SignedDuration,
    /// Whether it takes from what the customer has on its balance.
    pub balance: BalanceUse,
}

/// Whether an invoice takes from its customer's balance at its issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BalanceUse {
    /// As far as the balance goes.
    Taken,
    /// The customer pays from it when it wants to.
    Left,
}

/// Why a period cannot be priced. All but `Subscription` are faults in what is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// Plan or calendar.
    #[error(transparent)]
    Subscription(#[from] SubscriptionError),
    /// The invoice.
    #[error(transparent)]
    Invoice(#[from] InvoiceError),
}

impl kernel::Fault for PricingError {
    fn kind(&self) -> kernel::FaultKind {
        match self {
            Self::Subscription(error) => error.kind(),
            Self::Invoice(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Subscription(error) => error.code(),
            Self::Invoice(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Subscription(error) => error.is_final(),
            Self::Invoice(error) => error.is_final(),
        }
    }
}

impl From<MoneyError> for PricingError {
    fn from(error: MoneyError) -> Self {
        Self::Invoice(error.into())
    }
}

impl From<NoSuchPeriod> for PricingError {
    fn from(error: NoSuchPeriod) -> Self {
        Self::Subscription(error.into())
    }
}

/// One turn of a subscription, with the plans that it is priced by.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionTurn<'a> {
    /// What is to be done.
    pub turn: Turn,
    /// The subscription before it.
    pub subscription: &'a Subscription,
    /// Its plans, and that of its next period.
    pub plans: &'a PlanSet,
}

/// What an invoice is, beside its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceHead {
    /// Its id.
    pub id: InvoiceId,
    /// Which kind of invoice.
    pub kind: InvoiceKind,
    /// What it comes from.
    pub source: Source,
    /// What it asks for.
    pub currency: Currency,
}

/// An invoice of lines: taxes are assessed on what is left of them after their discounts. What the credits are more than
/// the charges becomes the surplus.
///
/// # Errors
/// `CurrencyMismatch`, `Overflow`.
pub fn total_up(head: InvoiceHead, lines: Vec<Line>, terms: &Terms) -> Result<Invoice, MoneyError> {
    total_up_by(head, lines.into_iter().map(|line| (line, None)).collect(), terms)
}

/// The same of lines that may have taxes of their own: what is given back gives back the taxes that were asked for with it.
pub(crate) fn total_up_by(
    head: InvoiceHead,
    lines: Vec<(Line, Option<Vec<TaxRate>>)>,
    terms: &Terms,
) -> Result<Invoice, MoneyError> {
    let InvoiceHead { id, kind, source, currency } = head;
    let taxed = lines.iter().map(|(line, own)| {
        let category = line.taxation().category();
        let rates = own.as_ref().unwrap_or(&terms.rates).iter().filter(|rate| Some(rate.category) == category);
        Ok(Taxed { amount: line.discounted()?, rates: rates.collect() })
    });
    let assessment = assess(currency, &taxed.collect::<Result<Vec<_>, MoneyError>>()?)?;
    let mut lines: Vec<Line> = lines.into_iter().map(|(line, _)| line).collect();
    for (line, taxes) in lines.iter_mut().zip(assessment.lines) {
        line.taxes = taxes;
    }
    let invoice = Invoice {
        id,
        kind,
        source,
        joint: Vec::new(),
        bill_to: terms.bill_to.clone(),
        seller: terms.seller.clone(),
        language: terms.language,
        currency,
        subtotal: Money::sum(currency, lines.iter().map(|line| line.amount))?,
        discount: Money::sum(currency, lines.iter().map(|line| line.discount))?,
        coupons: Vec::new(),
        lines,
        taxes: assessment.totals,
        surplus: Money::zero(currency),
        total: Money::zero(currency),
        credits_applied: Money::zero(currency),
        payments: Vec::new(),
        from_balance: Vec::new(),
        credit_notes: Vec::new(),
        memo: None,
        terms_days: None,
        pay_by: None,
        sent_at: None,
        issued: None,
        state: InvoiceState::Draft,
        version: 1,
    };
    let sum = invoice.subtotal.checked_sub(invoice.discount)?.checked_add(invoice.tax_on_top()?)?;
    let nothing = Money::zero(currency);
    let (total, surplus) = if sum.is_negative() { (nothing, sum.negated()?) } else { (sum, nothing) };
    Ok(Invoice { surplus, total, ..invoice })
}

/// Prices charges by the plans that they were sold under.
pub(super) struct Rater<'p> {
    pub(super) subscription: &'p Subscription,
    pub(super) plans: &'p PlanSet,
}

impl<'p> Rater<'p> {
    fn price(&self, segment: &crate::Segment) -> Result<(&'p Plan, &'p PlanPrice), SubscriptionError> {
        let plan = self.plans.get(&segment.plan)?;
        Ok((plan, plan.price(self.subscription.currency, segment.interval)?))
    }

    /// The fee; by days when it is for a part of an interval.
    pub(super) fn base(&self, charge: &Charge<'_>) -> Result<Priced, PricingError> {
        let (name, amount, fee) = self.fee(charge)?;
        let line = Line::new(LineItem::Base(fee), name.to_owned(), Some(charge.service), amount);
        Ok(Priced { line, plan: charge.segment.plan.key.clone(), rates: None })
    }

    /// A part of the fee, given back or asked for by its days.
    pub(super) fn change(&self, charge: &Charge<'_>, adjustment: &Adjustment) -> Result<Priced, PricingError> {
        let (name, amount, fee) = self.fee(charge)?;
        let amount = match adjustment.side {
            Side::Credit => amount.negated()?,
            Side::Charge => amount,
        };
        let line = Line::new(LineItem::Proration(fee), name.to_owned(), Some(charge.service), amount);
        let discount = adjustment.discount.map_or(Ok(line.discount), Money::negated)?;
        let (line, plan) = (Line { discount, ..line }, charge.segment.plan.key.clone());
        Ok(Priced { line, plan, rates: adjustment.taxes.clone() })
    }

    fn fee(&self, charge: &Charge<'_>) -> Result<(&'p str, Money, Fee), PricingError> {
        let (plan, price) = self.price(charge.segment)?;
        let amount = charge.share.part(price.base.cost(charge.segment.quantity)?)?;
        let fee = Fee { quantity: charge.segment.quantity, pricing: price.base.clone(), share: charge.share };
        Ok((plan.name.as_str(), amount, fee))
    }

    pub(super) fn usage(&self, charge: &Charge<'_>, used: &Used, lines: &mut Vec<Priced>) -> Result<(), PricingError> {
        let (plan, price) = self.price(charge.segment)?;
        for metered in &price.metered {
            let units = used.units.get(&(charge.service.start, metered.feature.clone())).copied().unwrap_or_default();
            let part = UsePart { share: charge.share, counted: plan.aggregation(&metered.feature) };
            let amount = metered.cost(units, part)?;
            let minimum = metered.minimum_of(part)?.filter(|least| *least == amount && !amount.is_zero());
            let included = units.min(metered.included_of(part));
            let item = LineItem::Usage(UsedUnits { minimum, ..used_units(metered, part, units, included) });
            let line = Line::new(item, metered.name.clone(), Some(charge.service), amount);
            lines.push(Priced { line, plan: charge.segment.plan.key.clone(), rates: None });
        }
        Ok(())
    }

    /// Late units cost what they would have added to their own period's invoice.
    pub(super) fn late(&self, start: Date, feature: &Feature, late: LateUnits) -> Result<Option<Priced>, PricingError> {
        let (part, segment) = self.subscription.metered_part_of(start)?;
        let (plan, price) = self.price(segment)?;
        let Some(metered) = price.metered.iter().find(|metered| metered.feature == *feature) else { return Ok(None) };
        let share = Share::of(part, self.subscription.interval_of(part)?);
        let use_part = UsePart { share, counted: plan.aggregation(feature) };
        let amount = metered.cost_of_more(late.billed_before, late.units, use_part)?;
        let left = metered.included_of(use_part).saturating_sub(late.billed_before);
        let item = LineItem::LateUsage(used_units(metered, use_part, late.units, late.units.min(left)));
        let line = Line::new(item, metered.name.clone(), Some(part), amount);
        Ok(Some(Priced { line, plan: segment.plan.key.clone(), rates: None }))
    }
}

fn used_units(metered: &MeteredPrice, part: UsePart, quantity: u64, included: u64) -> UsedUnits {
    let (feature, pricing) = (metered.feature.clone(), metered.pricing.clone());
    UsedUnits { feature, quantity, included, pricing, share: part.priced_share(), minimum: None }
}

#[cfg(test)]
#[path = "pricing_tests.rs"]
mod tests;
