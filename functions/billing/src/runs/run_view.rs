//! A billing run, as callers see one.

use billing::{Run, RunStatus};
use kernel::{RunId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A billing run.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    pub id: RunId,
    pub status: RunStatus,
    /// What is due by this instant is billed.
    pub as_of: Timestamp,
    /// How many subscriptions were due, as far as they have been found.
    pub due: u32,
    /// How many of them got their invoices.
    pub invoiced: u32,
    /// How many could not be invoiced so far; they are tried again.
    pub failed: u32,
    /// How many were found invoiced already.
    pub skipped: u32,
    /// When it was asked for.
    pub created_at: Timestamp,
}

impl From<&Run> for RunView {
    fn from(run: &Run) -> Self {
        Self {
            id: run.id,
            status: run.status(),
            as_of: run.as_of,
            due: run.due,
            invoiced: run.invoiced,
            failed: run.failed,
            skipped: run.skipped,
            created_at: run.created_at,
        }
    }
}
