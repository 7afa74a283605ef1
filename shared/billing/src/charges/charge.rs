//! What a subscription is to be charged for: a component, over a service period, in advance or in arrears.

use kernel::Date;

use crate::{Adjustment, BaseTiming, Moment, NoSuchPeriod, Period, Segment, Share, Stretch, Subscription, Turn};

/// A charge that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge<'s> {
    /// What is charged for.
    pub component: Component<'s>,
    /// Over which days.
    pub service: Period,
    /// Which part of an interval they are.
    pub share: Share,
    /// What was subscribed to in them.
    pub segment: &'s Segment,
    /// Before or after them.
    pub timing: BaseTiming,
}

/// A component of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component<'s> {
    /// The base fee.
    Base,
    /// A part of the base fee that a change within a period gives back or asks for.
    Change(&'s Adjustment),
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
        Turn::Adjust => adjustments(subscription),
        Turn::Begin => {
            let mut due = adjustments(subscription)?;
            due.extend(in_advance(subscription, subscription.billed_until)?);
            Ok(due)
        }
        Turn::Close => {
            let mut due = adjustments(subscription)?;
            if next.is_billed() && next.segment.timing == BaseTiming::Advance {
                due.extend(in_advance(next, next.period.start)?);
            }
            due.extend(in_arrears(subscription)?);
            for (service, segment) in subscription.metered_parts(subscription.period) {
                let (component, timing) = (Component::Usage, BaseTiming::Arrears);
                due.push(Charge { component, service, share: share(subscription, service.into())?, segment, timing });
            }
            Ok(due)
        }
    }
}

/// What changes within a period gave back and ask for.
fn adjustments(subscription: &Subscription) -> Result<Vec<Charge<'_>>, NoSuchPeriod> {
    let due = subscription.adjustments.iter().map(|one| {
        let share = Share::of(one.service, one.interval()?);
        let (component, timing) = (Component::Change(one), one.segment.timing);
        Ok(Charge { component, service: one.service.days(), share, segment: &one.segment, timing })
    });
    due.collect()
}

/// The fee of the present period from a day on, part by part.
fn in_advance(subscription: &Subscription, from: Date) -> Result<Vec<Charge<'_>>, NoSuchPeriod> {
    base(subscription, from, BaseTiming::Advance)
}

/// The fee of what is not billed yet of the period that ended, part by part.
fn in_arrears(subscription: &Subscription) -> Result<Vec<Charge<'_>>, NoSuchPeriod> {
    base(subscription, subscription.billed_until, BaseTiming::Arrears)
}

fn base(subscription: &Subscription, from: Date, timing: BaseTiming) -> Result<Vec<Charge<'_>>, NoSuchPeriod> {
    let end = Moment::start_of(subscription.period.end);
    let parts = subscription.parts(Stretch::between(subscription.unbilled_from(from), end)).into_iter();
    let charge = |(part, segment): (Stretch, _)| {
        let (component, service) = (Component::Base, part.days());
        Ok(Charge { component, service, share: share(subscription, part)?, segment, timing })
    };
    parts.map(charge).collect()
}

fn share(subscription: &Subscription, part: Stretch) -> Result<Share, NoSuchPeriod> {
    Ok(Share::of(part, subscription.interval_of(part.days())?))
}
