//! A billing run, as callers see one.

use billing::{Run, RunOutcome, RunStatus, RunSubscription, RunTotal, run_totals};
use kernel::{Money, MoneyError, RunId, SubscriptionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// How many failures are shown with a run; `GET /billing/runs/{id}/subscriptions` lists all.
const FAILURES: usize = 100;

/// A billing run.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    pub id: RunId,
    pub status: RunStatus,
    /// What is due by this instant is billed.
    pub as_of: Timestamp,
    /// It foresees what would be billed, and bills nothing.
    pub dry_run: bool,
    /// How many subscriptions were due, as far as they have been found.
    pub due: u32,
    /// How many of them got their invoices, or would get them.
    pub invoiced: u32,
    /// How many could not be invoiced so far; they are tried again.
    pub failed: u32,
    /// How many were found invoiced already.
    pub skipped: u32,
    /// What was issued, or would be, by currency; null in lists.
    pub totals: Option<Vec<RunTotalView>>,
    /// The first hundred that failed; null in lists.
    pub failures: Option<Vec<RunFailureView>>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// What a run issued in one currency, or would issue.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunTotalView {
    /// How many invoices.
    pub invoices: u32,
    /// What they ask for together, with taxes, in minor units.
    pub total: Money,
}

/// A subscription that could not be billed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunFailureView {
    pub subscription_id: SubscriptionId,
    /// The code of the error.
    #[schema(example = "PLAN_NOT_OFFERED")]
    pub reason: Option<String>,
}

/// A subscription of a run.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunSubscriptionView {
    pub subscription_id: SubscriptionId,
    pub outcome: RunOutcome,
    /// How many invoices it got, or would get.
    pub invoices: u32,
    /// What they ask for together, in minor units; null without an invoice.
    pub total: Option<Money>,
    /// Why it failed: the code of the error.
    pub reason: Option<String>,
}

impl RunView {
    /// With what became of its subscriptions.
    pub(crate) fn with(self, subscriptions: Vec<RunSubscription>) -> Result<Self, MoneyError> {
        let totals = run_totals(&subscriptions)?.into_iter().map(RunTotalView::from).collect();
        let failed = subscriptions.into_iter().filter(|one| one.outcome == RunOutcome::Failed);
        let failures = failed.filter_map(|one| Some((one.subscription?, one.reason))).take(FAILURES);
        let failures = failures.map(|(subscription_id, reason)| RunFailureView { subscription_id, reason }).collect();
        Ok(Self { totals: Some(totals), failures: Some(failures), ..self })
    }
}

impl RunSubscriptionView {
    /// `None` for a row of an old release, which does not say which subscription it is of.
    pub(crate) fn of(one: RunSubscription) -> Option<Self> {
        let RunSubscription { subscription, outcome, invoices, total, reason } = one;
        Some(Self { subscription_id: subscription?, outcome, invoices, total, reason })
    }
}

impl From<RunTotal> for RunTotalView {
    fn from(RunTotal { invoices, total }: RunTotal) -> Self {
        Self { invoices, total }
    }
}

impl From<&Run> for RunView {
    fn from(run: &Run) -> Self {
        Self {
            id: run.id,
            status: run.status(),
            as_of: run.as_of,
            dry_run: run.dry_run,
            due: run.due,
            invoiced: run.invoiced,
            failed: run.failed,
            skipped: run.skipped,
            totals: None,
            failures: None,
            created_at: run.created_at,
        }
    }
}
