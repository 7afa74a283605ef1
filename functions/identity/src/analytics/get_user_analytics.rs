//! `GET /api/v1/users/analytics`: sign-ups, verifications, active users and retention of the tenant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one batch read of the
//! counters.

use axum::extract::State;
use identity::{Analytics, Cohort, Days, WeekCount, activity::Activities};
use kernel::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, Problem, QueryString, Reply};

use crate::UsersRead;

/// Which days, in UTC.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyticsRange {
    /// The first day; 29 days before the last when left out.
    pub from: Option<Day>,
    /// The last day; today when left out. 92 days at most.
    pub to: Option<Day>,
}

/// What the counters tell. Erased users stay in the numbers, which name nobody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserAnalytics {
    /// The first day, in UTC.
    pub from: Date,
    /// The last day, in UTC.
    pub to: Date,
    /// Sums over the days.
    pub totals: Totals,
    /// Every day.
    pub days: Vec<DayView>,
    /// The ISO weeks that the days touch, each as a whole.
    pub weeks: Vec<ActiveView>,
    /// The months that the days touch, each as a whole.
    pub months: Vec<ActiveView>,
    /// The weeks of sign-up that the days touch, each as a whole.
    pub retention: Vec<CohortView>,
}

/// Sums over the days.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Who signed up.
    #[schema(example = 40)]
    pub sign_ups: i64,
    /// Who proved an address.
    #[schema(example = 35)]
    pub verifications: i64,
    /// Of those who signed up in these days, how many proved their address, whenever.
    #[schema(example = 34)]
    pub verified_sign_ups: i64,
    /// The same in hundredths of a percent, rounded down; null when nobody signed up.
    #[schema(example = 8500)]
    pub verification_rate_basis_points: Option<i64>,
}

/// One day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DayView {
    /// The day, in UTC.
    pub date: Date,
    /// Who signed up.
    #[schema(example = 4)]
    pub sign_ups: i64,
    /// Who proved an address.
    #[schema(example = 3)]
    pub verifications: i64,
    /// Different users who signed in, or went on with a session.
    #[schema(example = 120)]
    pub active_users: i64,
}

/// The active users of a week or month.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActiveView {
    /// An ISO week, `2026-W47`, or a month, `2026-11`.
    #[schema(example = "2026-W47")]
    pub period: String,
    /// Different users who signed in, or went on with a session.
    #[schema(example = 310)]
    pub active_users: i64,
}

/// Those who signed up in one ISO week.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CohortView {
    /// The week of the sign-up.
    #[schema(example = "2026-W40")]
    pub week: String,
    /// How many.
    #[schema(example = 25)]
    pub signed_up: i64,
    /// How many of them were active one week later, two weeks later, and so on; up to twelve, and to the present week.
    #[schema(example = json!([14, 11, 9]))]
    pub active_after_weeks: Vec<i64>,
}

/// Get user analytics
///
/// All days, weeks and months are those of UTC.
#[utoipa::path(get, path = "/api/v1/users/analytics", responses((status = 200, body = Envelope<UserAnalytics>)))]
pub async fn get_user_analytics(
    State(api): State<Api>,
    caller: Caller<UsersRead>,
    QueryString(asked): QueryString<AnalyticsRange>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let day = |asked: Option<Day>| asked.map(|Day(day)| day);
    let days = Days::between(day(asked.from), day(asked.to), api.now())
        .map_err(|error| Problem::invalid("from", "INVALID_VALUE", error.to_string()))?;
    let analytics = Activities::new(api.table(), caller.scope).analytics(days).await?;
    Reply::ok(&UserAnalytics::of(days, analytics))
}

impl UserAnalytics {
    fn of(range: Days, analytics: Analytics) -> Self {
        let sign_ups = analytics.days.iter().map(|day| day.sign_ups).sum();
        let totals = Totals {
            sign_ups,
            verifications: analytics.days.iter().map(|day| day.verifications).sum(),
            verified_sign_ups: analytics.verified_of_sign_ups,
            verification_rate_basis_points: analytics.verified_of_sign_ups.saturating_mul(10_000).checked_div(sign_ups),
        };
        let day = |day: identity::DayCount| DayView {
            date: day.day,
            sign_ups: day.sign_ups,
            verifications: day.verifications,
            active_users: day.active,
        };
        let active = |count: WeekCount| ActiveView { period: count.name, active_users: count.active };
        let cohort = |cohort: Cohort| CohortView {
            week: cohort.week,
            signed_up: cohort.signed_up,
            active_after_weeks: cohort.active_after_weeks,
        };
        Self {
            from: range.from(),
            to: range.to(),
            totals,
            days: analytics.days.into_iter().map(day).collect(),
            weeks: analytics.weeks.into_iter().map(active).collect(),
            months: analytics.months.into_iter().map(active).collect(),
            retention: analytics.cohorts.into_iter().map(cohort).collect(),
        }
    }
}
