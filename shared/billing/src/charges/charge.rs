//! What a subscription is to be charged for: a component, over a service period, in advance or in arrears.

use kernel::Date;

use crate::{BaseTiming, DayShare, NoSuchPeriod, Period, Segment, Subscription, Turn};

/// A charge that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge<'s> {
    /// What is charged for.
    pub component: Component,
    /// Over which days.
    pub service: Period,
    /// Which part of an interval they are.
    pub share: DayShare,
    /// What was subscribed to in them.
    pub segment: &'s Segment,
    /// Before or after them.
    pub timing: BaseTiming,
}

/// A component of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// The base fee.
    Base,
    /// What is counted by its meters.
    Usage,
}

/// What a turn of a subscription asks money for, in the order of the lines. `next` is the subscription after it.
///
/// # Errors
/// `NoSuchPeriod` outside of the years that are kept.
pub fn charges<'s>(
    turn: Turn,
    subscription: &'s Subscription,
    next: &'s Subscription,
) -> Result<Vec<Charge<'s>>, NoSuchPeriod> {
    match turn {
        Turn::Wait | Turn::EndTrial => Ok(Vec::new()),
        Turn::Begin => in_advance(subscription, subscription.billed_until),
        Turn::Close => {
            let mut due = Vec::new();
            if !next.is_over() && next.segment.timing == BaseTiming::Advance {
                due.extend(in_advance(next, next.period.start)?);
            }
            due.extend(in_arrears(subscription)?);
            for (service, segment) in subscription.metered_parts(subscription.period) {
                let (component, timing) = (Component::Usage, BaseTiming::Arrears);
                due.push(Charge { component, service, share: share(subscription, service)?, segment, timing });
            }
            Ok(due)
        }
    }
}

/// The fee of the present period from a day on.
fn in_advance(subscription: &Subscription, from: Date) -> Result<Vec<Charge<'_>>, NoSuchPeriod> {
    let service = Period { start: from.max(subscription.period.start), end: subscription.period.end };
    let (component, segment, timing) = (Component::Base, &subscription.segment, BaseTiming::Advance);
    Ok(vec![Charge { component, service, share: share(subscription, service)?, segment, timing }])
}

/// The fee of what is not billed yet of the period that ended, part by part.
fn in_arrears(subscription: &Subscription) -> Result<Vec<Charge<'_>>, NoSuchPeriod> {
    let start = subscription.billed_until.max(subscription.period.start);
    let unbilled = Period { start, end: subscription.period.end };
    let parts = subscription.parts(unbilled).into_iter();
    let charge = |(service, segment)| {
        let (component, timing) = (Component::Base, BaseTiming::Arrears);
        Ok(Charge { component, service, share: share(subscription, service)?, segment, timing })
    };
    parts.map(charge).collect()
}

fn share(subscription: &Subscription, service: Period) -> Result<DayShare, NoSuchPeriod> {
    Ok(DayShare::of(service, subscription.interval_of(service)?))
}
