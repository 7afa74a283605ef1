//! A report of analytics, as callers see it.

use billing::{AnalyticsReport, Feature, Figures, Level, PlanKey, ReportedDay, ReportedRange, ReportedUsage};
use kernel::{Currency, Date, Money, Zone};
use serde::Serialize;
use utoipa::ToSchema;

/// What the days of a range say of subscriptions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionAnalytics {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// The whole range, for each currency in which there was a subscription by the last day.
    pub currencies: Vec<CurrencyAnalytics>,
    /// Each day of each of these currencies.
    pub days: Vec<DayAnalytics>,
    /// Each plan, on the days on which it has subscriptions or a change.
    pub plans: Vec<PlanAnalytics>,
    /// What was used, by day, plan and feature.
    pub usage: Vec<UsageAnalytics>,
}

/// A range of days in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CurrencyAnalytics {
    /// The currency.
    pub currency: Currency,
    /// Monthly recurring revenue before the first day.
    pub opening_mrr: Money,
    /// Monthly recurring revenue at the end of the last day: the opening and all movements.
    pub closing_mrr: Money,
    /// Twelve times that.
    pub arr: Money,
    /// What moved it.
    pub movements: MrrMovements,
    /// At the end of the last day; `new` and `cancelled` on all days.
    pub subscriptions: SubscriptionCounts,
}

/// A day in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DayAnalytics {
    /// The day.
    pub date: Date,
    /// The currency.
    pub currency: Currency,
    /// At the end of the day.
    pub subscriptions: SubscriptionCounts,
    /// Monthly recurring revenue at the end of the day.
    pub mrr: Money,
    /// Twelve times that.
    pub arr: Money,
    /// What moved it on the day.
    pub movements: MrrMovements,
}

/// A day of one plan.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanAnalytics {
    /// The day.
    pub date: Date,
    /// The currency.
    pub currency: Currency,
    /// The plan.
    pub plan_key: PlanKey,
    /// At the end of the day.
    pub subscriptions: SubscriptionCounts,
    /// Monthly recurring revenue at the end of the day.
    pub mrr: Money,
    /// Twelve times that.
    pub arr: Money,
    /// What moved it on the day, beside `transferred`.
    pub movements: MrrMovements,
    /// What subscriptions that came from other plans had brought there; below zero where they went to others. Zero over all
    /// plans.
    pub transferred: Money,
}

/// How many subscriptions there are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionCounts {
    /// All that are not over.
    #[schema(example = 12)]
    pub total: i64,
    /// In their free days.
    #[schema(example = 2)]
    pub trialing: i64,
    /// Active or past due.
    #[schema(example = 9)]
    pub active: i64,
    /// Paused or suspended.
    #[schema(example = 1)]
    pub paused: i64,
    /// How many began.
    #[schema(example = 3)]
    pub new: i64,
    /// How many ended: cancelled or expired.
    #[schema(example = 1)]
    pub cancelled: i64,
}

/// What moved monthly recurring revenue. Together exactly the difference that it makes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MrrMovements {
    /// Of subscriptions that pay for the first time.
    pub new: Money,
    /// More of those that paid before.
    pub expansion: Money,
    /// Less of those that go on paying; not above zero.
    pub contraction: Money,
    /// Of those that pay nothing any more; not above zero.
    pub churn: Money,
    /// Of those that had stopped paying.
    pub reactivation: Money,
}

/// What was used of a feature under a plan on a day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageAnalytics {
    /// The day.
    pub date: Date,
    /// The plan that counted it.
    pub plan_key: PlanKey,
    /// What.
    pub feature: Feature,
    /// How many units; null for a meter whose quantities do not add up (`max`, `latest`, `unique`).
    #[schema(example = 42)]
    pub units: Option<i64>,
    /// How many usage events.
    #[schema(example = 7)]
    pub events: i64,
}

impl SubscriptionAnalytics {
    pub(crate) fn new(report: AnalyticsReport, (from, to): (Date, Date), zone: &Zone) -> Self {
        Self {
            from,
            to,
            timezone: zone.clone(),
            currencies: report.ranges.into_iter().map(CurrencyAnalytics::from).collect(),
            days: report.days.into_iter().map(DayAnalytics::from).collect(),
            plans: report.plans.into_iter().filter_map(PlanAnalytics::of).collect(),
            usage: report.usage.into_iter().map(UsageAnalytics::from).collect(),
        }
    }
}

impl From<ReportedRange> for CurrencyAnalytics {
    fn from(ReportedRange { currency, opening, closing, figures }: ReportedRange) -> Self {
        Self {
            currency,
            opening_mrr: Money::new(opening.revenue, currency),
            closing_mrr: Money::new(closing.revenue, currency),
            arr: Money::new(closing.annual(), currency),
            movements: MrrMovements::new(figures, currency),
            subscriptions: SubscriptionCounts::new(closing, figures),
        }
    }
}

impl From<ReportedDay> for DayAnalytics {
    fn from(ReportedDay { day, currency, level, figures, .. }: ReportedDay) -> Self {
        Self {
            date: day,
            currency,
            subscriptions: SubscriptionCounts::new(level, figures),
            mrr: Money::new(level.revenue, currency),
            arr: Money::new(level.annual(), currency),
            movements: MrrMovements::new(figures, currency),
        }
    }
}

impl PlanAnalytics {
    fn of(ReportedDay { day, currency, plan, level, figures }: ReportedDay) -> Option<Self> {
        Some(Self {
            date: day,
            currency,
            plan_key: plan?,
            subscriptions: SubscriptionCounts::new(level, figures),
            mrr: Money::new(level.revenue, currency),
            arr: Money::new(level.annual(), currency),
            movements: MrrMovements::new(figures, currency),
            transferred: Money::new(figures.transferred, currency),
        })
    }
}

impl SubscriptionCounts {
    const fn new(level: Level, figures: Figures) -> Self {
        Self {
            total: level.total(),
            trialing: level.trialing,
            active: level.active,
            paused: level.paused,
            new: figures.begun,
            cancelled: figures.ended,
        }
    }
}

impl MrrMovements {
    const fn new(figures: Figures, currency: Currency) -> Self {
        Self {
            new: Money::new(figures.new_revenue, currency),
            expansion: Money::new(figures.expansion, currency),
            contraction: Money::new(figures.contraction, currency),
            churn: Money::new(figures.churn, currency),
            reactivation: Money::new(figures.reactivation, currency),
        }
    }
}

impl From<ReportedUsage> for UsageAnalytics {
    fn from(ReportedUsage { day, plan, feature, events, units }: ReportedUsage) -> Self {
        Self { date: day, plan_key: plan, feature, units, events }
    }
}
