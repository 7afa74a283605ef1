//! What changes of subscriptions add to a day: how many stand differently, and how the monthly recurring revenue moved.

use serde::{Deserialize, Serialize};

/// What the changes of a day, of one currency and plan, add up to. Revenue is in minor units. Every number is a difference,
/// and adds up over days, months and plans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Figures {
    /// More subscriptions in their free days.
    pub trialing: i64,
    /// More that are active or past due.
    pub active: i64,
    /// More that are paused or suspended.
    pub paused: i64,
    /// How many began, or began again after their end.
    pub begun: i64,
    /// How many ended: cancelled or expired.
    pub ended: i64,
    /// Revenue of those that pay for the first time.
    pub new_revenue: i64,
    /// More revenue of those that paid before, and less.
    pub expansion: i64,
    /// Not above zero.
    pub contraction: i64,
    /// Revenue that was lost, not above zero.
    pub churn: i64,
    /// Revenue of those that had paid, did not, and do again.
    pub reactivation: i64,
    /// Revenue that came from other plans, below zero where it went to them. Zero over all plans.
    pub transferred: i64,
}

impl Figures {
    /// Adds a movement of so much.
    pub(crate) const fn add(&mut self, movement: Movement, amount: i64) {
        let sum = match movement {
            Movement::New => &mut self.new_revenue,
            Movement::Expansion => &mut self.expansion,
            Movement::Contraction => &mut self.contraction,
            Movement::Churn => &mut self.churn,
            Movement::Reactivation => &mut self.reactivation,
        };
        *sum += amount;
    }

    /// What all of it does to the monthly recurring revenue; `None` when that is no 64-bit integer.
    pub fn revenue(&self) -> Option<i64> {
        let movements = [self.new_revenue, self.expansion, self.contraction, self.churn, self.reactivation];
        movements.into_iter().chain([self.transferred]).try_fold(0_i64, i64::checked_add)
    }

    /// The sum, field by field; `None` when one is no 64-bit integer.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.with(other, i64::checked_add)
    }

    /// The difference, field by field; `None` when one is no 64-bit integer.
    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        self.with(other, i64::checked_sub)
    }

    fn with(self, other: Self, each: fn(i64, i64) -> Option<i64>) -> Option<Self> {
        Some(Self {
            trialing: each(self.trialing, other.trialing)?,
            active: each(self.active, other.active)?,
            paused: each(self.paused, other.paused)?,
            begun: each(self.begun, other.begun)?,
            ended: each(self.ended, other.ended)?,
            new_revenue: each(self.new_revenue, other.new_revenue)?,
            expansion: each(self.expansion, other.expansion)?,
            contraction: each(self.contraction, other.contraction)?,
            churn: each(self.churn, other.churn)?,
            reactivation: each(self.reactivation, other.reactivation)?,
            transferred: each(self.transferred, other.transferred)?,
        })
    }

    /// Whether nothing changed.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Each number by the name that its row has for it.
    pub(crate) const fn named(self) -> [(&'static str, i64); 11] {
        [
            ("trialing", self.trialing),
            ("active", self.active),
            ("paused", self.paused),
            ("begun", self.begun),
            ("ended", self.ended),
            ("newRevenue", self.new_revenue),
            ("expansion", self.expansion),
            ("contraction", self.contraction),
            ("churn", self.churn),
            ("reactivation", self.reactivation),
            ("transferred", self.transferred),
        ]
    }
}

/// Why the monthly recurring revenue of a subscription moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// It pays for the first time.
    New,
    /// It pays more than before.
    Expansion,
    /// It pays less than before.
    Contraction,
    /// It pays nothing any more.
    Churn,
    /// It paid, did not, and pays again.
    Reactivation,
}

impl Movement {
    /// Why revenue moved from an amount to another; `None` when it did not. `had_paid` says whether it was ever above zero.
    pub const fn between(before: i64, after: i64, had_paid: bool) -> Option<Self> {
        match (before, after) {
            (0, 0) => None,
            (0, _) if had_paid => Some(Self::Reactivation),
            (0, _) => Some(Self::New),
            (_, 0) => Some(Self::Churn),
            (before, after) if before < after => Some(Self::Expansion),
            (before, after) if before > after => Some(Self::Contraction),
            (_, _) => None,
        }
    }
}
