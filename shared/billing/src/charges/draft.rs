//! The invoice of a turn of a subscription: its charges as lines, what coupons take off, and the taxes on the rest.

use kernel::InvoiceId;

use crate::{
    AppliedCoupon, Component, FeeDiscount, Invoice, InvoiceHead, InvoiceKind, Line, LineItem, Period, PricingError,
    Proration, Share, Source, Stretch, Subscription, SubscriptionTurn, TaxRate, Terms, Turn, Used, charges,
    charges::pricing::Rater,
    charges::pricing::total_up_by,
    coupons::off::{Priced, take_off},
};

/// A turn of a subscription that is priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// The invoice; none when every line is over nothing.
    pub invoice: Option<Invoice>,
    /// The subscription after it, with what is left of its coupons.
    pub next: Subscription,
}

/// Prices a turn of a subscription, which is `next` after it.
///
/// # Errors
/// `Subscription(Plan(_))` when a plan is missing or not offered so, `Invoice(Money)`.
pub fn draft(
    id: InvoiceId,
    SubscriptionTurn { turn, subscription, plans }: SubscriptionTurn<'_>,
    next: Subscription,
    used: &Used,
    terms: &Terms,
) -> Result<Drafted, PricingError> {
    let rater = Rater { subscription, plans };
    let mut priced = Vec::new();
    for charge in charges(turn, subscription, &next)? {
        match charge.component {
            Component::Base => priced.push(rater.base(&charge)?),
            Component::Change(adjustment) => priced.push(rater.change(&charge, adjustment)?),
            Component::Usage => rater.usage(&charge, used, &mut priced)?,
        }
    }
    for ((start, feature), late) in &used.late {
        priced.extend(rater.late(*start, feature, *late)?);
    }
    priced.retain(|priced| !priced.line.is_empty());
    // That of the period which goes on.
    let fee_discount = next.fee_discount.filter(|_| turn != Turn::Close);
    let fee_taxes = next.fee_taxes.clone().filter(|_| turn != Turn::Close);
    if priced.iter().all(|priced| priced.line.amount.is_zero()) {
        return Ok(Drafted { invoice: None, next: Subscription { fee_discount, fee_taxes, ..next } });
    }
    let share = if turn == Turn::Adjust { share_of(&priced) } else { WHOLE };
    let coupons = subscription.coupons.iter().cloned();
    let coupons: Vec<AppliedCoupon> = match turn {
        Turn::Adjust => coupons.collect(),
        Turn::Wait | Turn::EndTrial | Turn::Begin | Turn::Close => {
            coupons.filter_map(AppliedCoupon::in_next_period).collect()
        }
    };
    let taken = take_off(&mut priced, &coupons, share)?;
    let lines: Vec<(Line, Option<Vec<TaxRate>>)> = priced.into_iter().map(|one| (one.line, one.rates)).collect();
    let asked = fee_of(lines.iter().map(|(line, _)| line), &next);
    let fee_discount = asked.map_or(fee_discount, discount_of);
    let fee_voided = next.fee_voided.filter(|_| asked.is_none());
    let fee_taxes = if asked.is_some() { Some(terms.rates.clone()) } else { fee_taxes };
    let next = Subscription { coupons: taken.after, fee_discount, fee_voided, fee_taxes, ..next };
    let head = head(id, turn, subscription, &next);
    let invoice = Invoice { coupons: taken.coupons, ..total_up_by(head, lines, terms)? };
    Ok(Drafted { invoice: Some(invoice), next })
}

/// All of an interval.
const WHOLE: Share = Share::days(1, 1);

/// The days that a change asks for, as a part of their interval.
fn share_of(priced: &[Priced]) -> Share {
    let asked = priced.iter().rev().find(|priced| !priced.line.amount.is_negative());
    match asked.map(|priced| &priced.line.item) {
        Some(LineItem::Proration(fee)) => fee.share,
        Some(_) | None => WHOLE,
    }
}

fn head(id: InvoiceId, turn: Turn, subscription: &Subscription, next: &Subscription) -> InvoiceHead {
    let is_within = turn == Turn::Adjust || subscription.closing;
    let (kind, change) = if next.is_over() {
        (InvoiceKind::Final, None)
    } else if is_within {
        (InvoiceKind::BoundaryChange, Some(subscription.version))
    } else {
        (InvoiceKind::Recurring, None)
    };
    let day = match turn {
        Turn::Begin | Turn::Wait => subscription.period.start,
        Turn::Adjust => subscription.segment.from,
        Turn::EndTrial | Turn::Close => subscription.period.end,
    };
    let source = Source::Subscription { id: subscription.id, plan: next.plan().clone(), day, change };
    InvoiceHead { id, kind, source, currency: subscription.currency }
}

/// The line that asks for the fee of what goes on of the present period.
pub(crate) fn fee_of<'l>(
    mut lines: impl DoubleEndedIterator<Item = &'l Line>,
    next: &Subscription,
) -> Option<&'l Line> {
    lines.rfind(|line| is_fee_of(line, next))
}

/// Whether a line asks for the fee of what goes on of the present period.
pub(crate) fn is_fee_of(line: &Line, next: &Subscription) -> bool {
    let is_ahead = |service: Period| service.start >= next.period.start && service.end == next.period.end;
    line.fee().is_some() && line.service.is_some_and(is_ahead)
}

fn discount_of(fee: &Line) -> Option<FeeDiscount> {
    let service = stretch_of(fee).filter(|_| !fee.discount.is_zero())?;
    Some(FeeDiscount { amount: fee.discount, service })
}

/// For which days, or seconds, a fee is that ends with a period.
pub(crate) fn stretch_of(line: &Line) -> Option<Stretch> {
    let days = line.service?;
    match line.fee()?.share {
        Share { unit: Proration::Day, .. } => Some(days.into()),
        Share { unit: Proration::Second, part, .. } => Stretch::up_to(days.end, part),
    }
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
