//! What the days of a range say: how many subscriptions there are at the end of each, their monthly recurring revenue, and
//! what moved it. Made of the sums of the days alone, so that the movements of any days are the difference that they make.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Currency, Date};
use table::TableError;

use crate::{
    Feature, Figures, PlanKey, Rollups,
    analytics::rows::{FiguresRow, MOST_USAGE, TooManyRows, UsageRow, too_large},
};

/// The most rows of one report, so that an answer holds it: of days and plans, and of what was used.
const MOST_DAYS: usize = 7_000;

/// How many subscriptions there are, and their monthly recurring revenue in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// In their free days.
    pub trialing: i64,
    /// Active or past due.
    pub active: i64,
    /// Paused or suspended.
    pub paused: i64,
    /// Their revenue.
    pub revenue: i64,
}

/// A day of one currency, of one plan or of all together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedDay {
    /// The day.
    pub day: Date,
    /// The currency.
    pub currency: Currency,
    /// The plan; `None` for all together.
    pub plan: Option<PlanKey>,
    /// At the end of the day.
    pub level: Level,
    /// What changed on the day.
    pub figures: Figures,
}

/// The whole range of one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedRange {
    /// The currency.
    pub currency: Currency,
    /// Before the first day.
    pub opening: Level,
    /// At the end of the last day.
    pub closing: Level,
    /// What changed on all days.
    pub figures: Figures,
}

/// What was used of a feature under a plan on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedUsage {
    /// The day.
    pub day: Date,
    /// The plan that counted it.
    pub plan: PlanKey,
    /// What.
    pub feature: Feature,
    /// How many events.
    pub events: i64,
    /// How many units; `None` where they do not add up.
    pub units: Option<i64>,
}

/// What the days of a range say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnalyticsReport {
    /// Each currency that there was anything in by the last day.
    pub ranges: Vec<ReportedRange>,
    /// Each day of each of them.
    pub days: Vec<ReportedDay>,
    /// Each plan on each day on which it had a subscription, or a change.
    pub plans: Vec<ReportedDay>,
    /// What was used.
    pub usage: Vec<ReportedUsage>,
}

impl Level {
    /// The level after changes; `None` when a number of it, or the revenue of a year, is no 64-bit integer.
    pub fn after(self, figures: Figures) -> Option<Self> {
        let revenue = self.revenue.checked_add(figures.revenue()?)?;
        revenue.checked_mul(12)?;
        Some(Self {
            trialing: self.trialing.checked_add(figures.trialing)?,
            active: self.active.checked_add(figures.active)?,
            paused: self.paused.checked_add(figures.paused)?,
            revenue,
        })
    }

    fn plus(self, other: Self) -> Option<Self> {
        let moved = Figures { new_revenue: other.revenue, ..Figures::default() };
        let Self { trialing, active, paused, .. } = other;
        self.after(Figures { trialing, active, paused, ..moved })
    }

    /// Their revenue of a year: twelve times that of the month.
    pub const fn annual(&self) -> i64 {
        self.revenue.saturating_mul(12)
    }

    /// How many there are.
    pub const fn total(&self) -> i64 {
        self.trialing + self.active + self.paused
    }

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl ReportedUsage {
    /// The rows that say anything.
    pub(crate) fn of(rows: Vec<UsageRow>) -> Vec<Self> {
        let used = rows.into_iter().filter(|row| row.events != 0 || row.units.is_some_and(|units| units != 0));
        let reported =
            used.map(|UsageRow { day, plan, feature, events, units }| Self { day, plan, feature, events, units });
        reported.collect()
    }
}

type Plans = BTreeMap<(Currency, PlanKey), Level>;

impl AnalyticsReport {
    /// That of the days from `from` to `to`, both included.
    ///
    /// # Errors
    /// The inner one is for the caller; `Corrupt` when a sum is no 64-bit integer.
    pub fn of(rollups: Rollups, from: Date, to: Date) -> Result<Result<Self, TooManyRows>, TableError> {
        if rollups.usage.len() > MOST_USAGE {
            return Ok(Err(TooManyRows));
        }
        let mut levels = Plans::new();
        let (before, within): (Vec<FiguresRow>, Vec<FiguresRow>) =
            rollups.days.into_iter().partition(|row| row.day < from);
        for row in rollups.months.into_iter().chain(before) {
            let level = levels.entry((row.currency, row.plan)).or_default();
            *level = level.after(row.figures).ok_or_else(too_large)?;
        }
        let mut changes: BTreeMap<Date, BTreeMap<(Currency, PlanKey), Figures>> = BTreeMap::new();
        for row in within {
            changes.entry(row.day).or_default().insert((row.currency, row.plan), row.figures);
        }
        let named = levels.keys().chain(changes.values().flat_map(BTreeMap::keys)).map(|(currency, _)| *currency);
        let currencies: BTreeSet<Currency> = named.collect();

        let mut report = Self::default();
        for currency in currencies {
            let opening = sum_of(&levels, currency).ok_or_else(too_large)?;
            report.ranges.push(ReportedRange { currency, opening, closing: opening, figures: Figures::default() });
        }
        for day in from.series(jiff::ToSpan::day(1)).take_while(|day| *day <= to) {
            report.add_day(day, &mut levels, &changes.remove(&day).unwrap_or_default()).ok_or_else(too_large)?;
            if report.days.len() + report.plans.len() > MOST_DAYS {
                return Ok(Err(TooManyRows));
            }
        }
        report.usage = ReportedUsage::of(rollups.usage);
        Ok(Ok(report))
    }

    fn add_day(
        &mut self,
        day: Date,
        levels: &mut Plans,
        changes: &BTreeMap<(Currency, PlanKey), Figures>,
    ) -> Option<()> {
        for (place, figures) in changes {
            let level = levels.entry(place.clone()).or_default();
            *level = level.after(*figures)?;
        }
        for ((currency, plan), level) in &*levels {
            let figures = changes.get(&(*currency, plan.clone())).copied().unwrap_or_default();
            if !level.is_nothing() || !figures.is_nothing() {
                let (currency, plan) = (*currency, Some(plan.clone()));
                self.plans.push(ReportedDay { day, currency, plan, level: *level, figures });
            }
        }
        for range in &mut self.ranges {
            let currency = range.currency;
            let of_it = changes.iter().filter(|((other, _), _)| *other == currency).map(|(_, figures)| *figures);
            let figures = of_it.into_iter().try_fold(Figures::default(), Figures::plus)?;
            range.closing = sum_of(levels, currency)?;
            range.figures = range.figures.plus(figures)?;
            self.days.push(ReportedDay { day, currency, plan: None, level: range.closing, figures });
        }
        Some(())
    }
}

fn sum_of(levels: &Plans, currency: Currency) -> Option<Level> {
    let of_it = levels.iter().filter(|((other, _), _)| *other == currency).map(|(_, level)| *level);
    of_it.into_iter().try_fold(Level::default(), Level::plus)
}
