//! What became of a subscription in a run.

use std::collections::BTreeMap;

use kernel::{Currency, Money, MoneyError, SubscriptionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a run notes of one subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BillingRunOutcome)]
pub enum RunOutcome {
    /// It is due, and nothing became of it yet.
    Due,
    /// At least one invoice was issued.
    Invoiced,
    /// It went wrong.
    Failed,
    /// There was nothing to do.
    Skipped,
}

/// A subscription of a run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Row")]
pub struct RunSubscription {
    /// Which; none in the rows of an old release.
    pub subscription: Option<SubscriptionId>,
    /// What became of it.
    pub outcome: RunOutcome,
    /// How many invoices it got.
    pub invoices: u32,
    /// What they ask for together.
    pub total: Option<Money>,
    /// Why it failed, by the code of the error.
    pub reason: Option<String>,
}

/// What a run issued in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunTotal {
    /// How many invoices.
    pub invoices: u32,
    /// What they ask for together.
    pub total: Money,
}

/// The row as it is stored.
#[derive(Deserialize)]
struct Row {
    subscription: Option<SubscriptionId>,
    outcome: RunOutcome,
    #[serde(default)]
    invoices: u32,
    #[serde(default)]
    total: i64,
    currency: Option<Currency>,
    reason: Option<String>,
}

impl From<Row> for RunSubscription {
    fn from(row: Row) -> Self {
        Self {
            subscription: row.subscription,
            outcome: row.outcome,
            invoices: row.invoices,
            total: row.currency.map(|currency| Money::new(row.total, currency)),
            reason: row.reason.filter(|_| row.outcome == RunOutcome::Failed),
        }
    }
}

impl RunOutcome {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Invoiced => "invoiced",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// What subscriptions of a run got together, by currency.
///
/// # Errors
/// `Overflow`.
pub fn run_totals(subscriptions: &[RunSubscription]) -> Result<Vec<RunTotal>, MoneyError> {
    let mut totals: BTreeMap<Currency, RunTotal> = BTreeMap::new();
    for one in subscriptions {
        let Some(total) = one.total else { continue };
        let sum =
            totals.entry(total.currency()).or_insert(RunTotal { invoices: 0, total: Money::zero(total.currency()) });
        sum.invoices = sum.invoices.saturating_add(one.invoices);
        sum.total = sum.total.checked_add(total)?;
    }
    Ok(totals.into_values().collect())
}
