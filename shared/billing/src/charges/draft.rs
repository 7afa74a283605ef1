//! The invoice of a turn of a subscription, or of the turns of several at once: its charges as lines, what coupons take off,
//! and the taxes on the rest.

use kernel::{Currency, InvoiceId};

use crate::{
    AppliedCoupon, Component, CouponOff, FeeDiscount, Invoice, InvoiceHead, InvoiceKind, JointSubscription, Line,
    LineItem, Period, PricingError, Proration, Share, Source, Stretch, Subscription, SubscriptionTurn, TaxRate, Terms,
    Turn, Used, charges,
    charges::pricing::Rater,
    charges::pricing::total_up_by,
    coupons::off::{Priced, take_off},
};

/// A turn of a subscription that is priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedTurn {
    /// What is asked for and given back, if anything is.
    asked: Option<Asked>,
    /// The subscription after it, with what is left of its coupons.
    pub next: Subscription,
}

/// What a turn asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    kind: InvoiceKind,
    source: Source,
    /// The lines, with the taxes of those that have their own.
    lines: Vec<(Line, Option<Vec<TaxRate>>)>,
    coupons: Vec<CouponOff>,
}

/// The invoice of turns that are priced, of one customer and in one currency; none when nothing is asked for.
///
/// # Errors
/// `Invoice(Money)`.
pub fn invoice_of(
    id: InvoiceId,
    turns: impl IntoIterator<Item = PricedTurn>,
    currency: Currency,
    terms: &Terms,
) -> Result<Option<Invoice>, PricingError> {
    let mut asked: Vec<Asked> = turns.into_iter().filter_map(|turn| turn.asked).collect();
    let several = asked.len() > 1;
    let (mut lines, mut coupons, mut joint) = (Vec::new(), Vec::new(), Vec::new());
    for one in &mut asked {
        let Source::Subscription { id, plan, day, .. } = &one.source else { continue };
        for (line, _) in &mut one.lines {
            line.subscription = several.then_some(*id);
        }
        joint.push(JointSubscription { id: *id, plan: plan.clone(), kind: one.kind, day: *day });
        lines.append(&mut one.lines);
        coupons.append(&mut one.coupons);
    }
    let Some(first) = asked.into_iter().next() else { return Ok(None) };
    joint.remove(0);
    let head = InvoiceHead { id, kind: first.kind, source: first.source, currency };
    Ok(Some(Invoice { joint, coupons, ..total_up_by(head, lines, terms)? }))
}

/// Prices a turn of a subscription, which is `next` after it.
///
/// # Errors
/// `Subscription(Plan(_))` when a plan is missing or not offered so, `Invoice(Money)`.
pub fn price(
    SubscriptionTurn { turn, subscription, plans }: SubscriptionTurn<'_>,
    next: Subscription,
    used: &Used,
    terms: &Terms,
) -> Result<PricedTurn, PricingError> {
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
        return Ok(PricedTurn { asked: None, next: Subscription { fee_discount, fee_taxes, ..next } });
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
    let (kind, source) = head(turn, subscription, &next);
    Ok(PricedTurn { asked: Some(Asked { kind, source, lines, coupons: taken.coupons }), next })
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

fn head(turn: Turn, subscription: &Subscription, next: &Subscription) -> (InvoiceKind, Source) {
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
    (kind, source)
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
