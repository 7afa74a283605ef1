//! What a change within a period does to what was billed of it.

use kernel::Money;
use serde::{Deserialize, Serialize};

use crate::{NoSuchPeriod, Period, Segment, Stretch, TaxRate};

/// A part of a fee that is given back, or asked for beside the ordinary one. It costs what its days cost of a whole interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Adjustment {
    /// What the fee is of.
    pub segment: Segment,
    /// For which days, or seconds.
    pub service: Stretch,
    /// Whether it is given or asked for.
    pub side: Side,
    /// What coupons took off what is given back, for its days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Money>,
    /// The taxes that were on what is given back; those of the present where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxes: Option<Vec<TaxRate>>,
}

/// What coupons took off the fee that was billed in advance, and for which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeDiscount {
    /// How much, above zero.
    pub amount: Money,
    /// The days, or seconds, of the fee.
    pub service: Stretch,
}

impl FeeDiscount {
    /// The part of it that is for some of its days, or seconds.
    pub(crate) fn part(self, service: Stretch) -> Option<Money> {
        let (part, of) = (service.seconds().min(self.service.seconds()), self.service.seconds());
        self.amount.times_ratio_half_away_from_zero(part, of).ok()
    }
}

/// Whether something is given or asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// It was billed, and is given back.
    Credit,
    /// It is asked for.
    Charge,
}

impl Adjustment {
    /// A part of a fee that is asked for.
    pub(crate) fn charge(segment: &Segment, service: impl Into<Stretch>) -> Self {
        Self { segment: segment.clone(), service: service.into(), side: Side::Charge, discount: None, taxes: None }
    }

    /// The whole interval that its days are of.
    ///
    /// # Errors
    /// `NoSuchPeriod` outside of the years that are kept.
    pub(crate) fn interval(&self) -> Result<Period, NoSuchPeriod> {
        let calendar = self.segment.calendar();
        calendar.whole(calendar.index_of(self.service.start)?)
    }

    /// Whether it takes back just what another asks for, or the other way round.
    fn undoes(&self, other: &Self) -> bool {
        let fee = |segment: &Segment| (segment.plan.clone(), segment.quantity, segment.interval);
        let costs = |one: &Self| (fee(&one.segment), one.service, one.interval());
        self.side != other.side && costs(self) == costs(other)
    }
}

/// Takes what is left off the end of a fee that waits to be asked for; whether there was one.
pub(crate) fn shorten(adjustments: &mut Vec<Adjustment>, segment: &Segment, left: Stretch) -> bool {
    let waits = |one: &Adjustment| {
        one.side == Side::Charge
            && one.segment == *segment
            && one.service.begins() <= left.begins()
            && one.service.ends() == left.ends()
    };
    let Some(at) = adjustments.iter().position(waits) else { return false };
    let waiting = adjustments.remove(at);
    adjust(adjustments, Adjustment { service: Stretch::between(waiting.service.begins(), left.begins()), ..waiting });
    true
}

/// Adds an adjustment to those that wait. One without a second is left out; one that cancels another out removes it instead.
pub(crate) fn adjust(adjustments: &mut Vec<Adjustment>, new: Adjustment) {
    if new.service.is_empty() {
        return;
    }
    match adjustments.iter().position(|before| new.undoes(before)) {
        Some(undone) => drop(adjustments.remove(undone)),
        None => adjustments.push(new),
    }
}
