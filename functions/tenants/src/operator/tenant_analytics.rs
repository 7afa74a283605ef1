//! The census of tenants and what they bring, as the operator sees it.

use std::collections::BTreeMap;

use billing::{AnalyticsReport, ReportedRange};
use kernel::{Currency, Date, Money, Resource};
use serde::Serialize;
use tenancy::{Census, CohortFigures, LimitFigures, TenantStatus};
use utoipa::ToSchema;

/// All tenants, counted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantAnalytics {
    /// How many tenants there are, whatever they are.
    #[schema(example = 120)]
    pub total: i64,
    /// By status; those without tenants are left out.
    pub statuses: Vec<TenantsOfStatus>,
    /// By plan and status; those without tenants are left out.
    pub plans: Vec<TenantsOfPlan>,
    /// Month by month, the oldest first, from the first in which something happened.
    pub months: Vec<TenantMonth>,
    /// By resource, who is near its limit or at it; resources without such tenants are left out.
    pub limits: Vec<TenantsNearLimit>,
    /// What tenants bring, for each currency in which one ever had a subscription.
    pub revenue: Vec<TenantRevenue>,
}

/// How many tenants have a status.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantsOfStatus {
    /// A trial that is over counts as `SUSPENDED`.
    pub status: TenantStatus,
    /// How many.
    #[schema(example = 40)]
    pub tenants: i64,
}

/// How many tenants with a status have a plan.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantsOfPlan {
    /// The plan; null for those without one.
    #[schema(example = "STARTER")]
    pub plan_key: Option<String>,
    /// A trial that is over counts as `SUSPENDED`.
    pub status: TenantStatus,
    /// How many.
    #[schema(example = 30)]
    pub tenants: i64,
}

/// How many tenants are near a limit of their plan, and how many are at it. Members and files count as they are, as seen at the last
/// change of the tenant or in the last night; of calls and AI interactions, whoever passed a mark in the present month of UTC counts
/// until its end, also when the plan changes. A tenant that was cancelled does not count.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantsNearLimit {
    pub resource: Resource,
    /// How many used 80 percent or more, and not all.
    #[schema(example = 3)]
    pub near: i64,
    /// How many used all of it.
    #[schema(example = 1)]
    pub reached: i64,
}

/// A month of sign-ups, conversions and churn. Days are those of UTC.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantMonth {
    /// Its first day.
    pub month: Date,
    /// How many signed up.
    #[schema(example = 12)]
    pub signed_up: i64,
    /// Of these, how many have converted since, by their own wish.
    #[schema(example = 5)]
    pub converted: i64,
    /// Of these, how many let their trial end, and neither converted since nor were activated by the operator.
    #[schema(example = 4)]
    pub lapsed: i64,
    /// The converted of those that signed up, in hundredths of a percent, rounded down; null without sign-ups.
    #[schema(example = 4166)]
    pub conversion_basis_points: Option<i64>,
    /// How many were paying when the month began; a tenant pays from its conversion, or the operator's activation,
    /// until it is cancelled.
    #[schema(example = 50)]
    pub paying_before: i64,
    /// How many began to pay in the month, or came back.
    #[schema(example = 6)]
    pub began: i64,
    /// How many that paid were cancelled in the month.
    #[schema(example = 1)]
    pub ended: i64,
    /// The ended of those that were paying when the month began, in hundredths of a percent, rounded down; null when there
    /// were none.
    #[schema(example = 200)]
    pub churn_basis_points: Option<i64>,
}

/// What tenants bring in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantRevenue {
    /// The currency.
    pub currency: Currency,
    /// Monthly recurring revenue now.
    pub mrr: Money,
    /// Twelve times that.
    pub arr: Money,
}

impl TenantAnalytics {
    pub(crate) fn new(census: &Census, limits: BTreeMap<Resource, LimitFigures>, report: AnalyticsReport) -> Self {
        let mut statuses: BTreeMap<String, TenantsOfStatus> = BTreeMap::new();
        for cell in &census.cells {
            let empty = TenantsOfStatus { status: cell.status, tenants: 0 };
            statuses.entry(format!("{:?}", cell.status)).or_insert(empty).tenants += cell.tenants;
        }
        let plans = census.cells.iter().map(|cell| TenantsOfPlan {
            plan_key: Some(cell.plan.clone()).filter(|plan| plan != Census::NO_PLAN),
            status: cell.status,
            tenants: cell.tenants,
        });
        Self {
            total: census.cells.iter().map(|cell| cell.tenants).sum(),
            statuses: statuses.into_values().collect(),
            plans: plans.collect(),
            months: months(census),
            limits: limits
                .into_iter()
                .map(|(resource, LimitFigures { near, reached })| TenantsNearLimit { resource, near, reached })
                .collect(),
            revenue: report.ranges.into_iter().map(TenantRevenue::from).collect(),
        }
    }
}

fn months(census: &Census) -> Vec<TenantMonth> {
    let mut paying = 0_i64;
    let mut months = Vec::with_capacity(census.months.len());
    for (month, figures) in &census.months {
        let CohortFigures { signed_up, converted, lapsed, began, ended } = *figures;
        months.push(TenantMonth {
            month: *month,
            signed_up,
            converted,
            lapsed,
            conversion_basis_points: basis_points(converted, signed_up),
            paying_before: paying,
            began,
            ended,
            churn_basis_points: basis_points(ended, paying),
        });
        paying += began - ended;
    }
    months
}

/// `part` of `whole` in hundredths of a percent, rounded down.
fn basis_points(part: i64, whole: i64) -> Option<i64> {
    part.checked_mul(10_000)?.checked_div(whole)
}

impl From<ReportedRange> for TenantRevenue {
    fn from(ReportedRange { currency, closing, .. }: ReportedRange) -> Self {
        Self { currency, mrr: Money::new(closing.revenue, currency), arr: Money::new(closing.annual(), currency) }
    }
}
