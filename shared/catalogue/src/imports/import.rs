//! An import: how far the work on a file is, and what came of it. The file is done in turns, in the order of its parts; each
//! part ends in one transaction of what it makes, the rows of the report and this row, so that it is done once whatever dies.

use jiff::SignedDuration;
use kernel::{Fault, FaultKind, ProductImportId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::{ImportedRow, RowOutcome};

/// How long an import and its report are known: 30 days.
pub(crate) const KNOWN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// After how long an import that did not end gives way to the next: six hours.
const PATIENCE: SignedDuration = SignedDuration::from_hours(6);

/// How an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How an import stands: being done, done, or stopped since its file is gone")]
pub enum ImportStatus {
    /// Being done.
    Running,
    /// Every row was done, or failed.
    Done,
    /// Its file is gone: what was done stays, the rest is to be sent again.
    Stopped,
}

/// An import, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductImport {
    /// Which one.
    pub id: ProductImportId,
    /// Who sent the file.
    pub requested_by: UserId,
    /// When.
    pub requested_at: Timestamp,
    /// How it stands.
    pub status: ImportStatus,
    /// When it came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How many rows the file has.
    pub rows: u32,
    /// How many of its parts are done.
    pub parts: u32,
    /// How many rows made a variant.
    pub created: u32,
    /// How many rows changed something.
    pub updated: u32,
    /// How many rows say what was so already.
    pub unchanged: u32,
    /// How many rows failed.
    pub failed: u32,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// Why no import can begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Another one is being done.
    #[error("another import is being done; wait for it")]
    Running,
}

impl Fault for ImportError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Running => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Running => "IMPORT_RUNNING",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Running => false,
        }
    }
}

impl Record for ProductImport {
    const ROWS: &'static [&'static str] = &["PRODUCTIMPORTS / {import}"];
}

impl Record for ImportedRow {
    const ROWS: &'static [&'static str] = &["PRODUCTIMPORT#{import} / LINE#{line}"];
}

impl ProductImport {
    /// A new import of a file of so many rows.
    pub fn requested(id: ProductImportId, requested_by: UserId, rows: usize, now: Timestamp) -> Self {
        Self {
            id,
            requested_by,
            requested_at: now,
            status: ImportStatus::Running,
            ended_at: None,
            rows: u32::try_from(rows).unwrap_or(u32::MAX),
            parts: 0,
            created: 0,
            updated: 0,
            unchanged: 0,
            failed: 0,
            version: 1,
        }
    }

    /// How many rows are done.
    pub const fn done(&self) -> u32 {
        self.created.saturating_add(self.updated).saturating_add(self.unchanged).saturating_add(self.failed)
    }

    /// After the next part, of which this is the report. Behind the last row it is done.
    pub fn after(&self, rows: &[ImportedRow], now: Timestamp) -> Self {
        let mut next = Self { parts: self.parts.saturating_add(1), version: self.version + 1, ..self.clone() };
        for row in rows {
            let count = match row.outcome {
                RowOutcome::Created => &mut next.created,
                RowOutcome::Updated => &mut next.updated,
                RowOutcome::Unchanged => &mut next.unchanged,
                RowOutcome::Failed => &mut next.failed,
            };
            *count = count.saturating_add(1);
        }
        if next.done() >= next.rows { next.ended(ImportStatus::Done, now) } else { next }
    }

    /// Its file is gone.
    pub fn stopped(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, ..self.clone() }.ended(ImportStatus::Stopped, now)
    }

    /// Whether the next import waits for it.
    pub fn is_in_the_way(&self, now: Timestamp) -> bool {
        self.status == ImportStatus::Running && now < self.requested_at.plus(PATIENCE)
    }

    fn ended(self, status: ImportStatus, now: Timestamp) -> Self {
        Self { status, ended_at: Some(now), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_done_behind_its_last_row() {
        let now: Timestamp = "2026-12-01T00:00:00.000Z".parse().unwrap();
        let row = |outcome| ImportedRow { line: 2, slug: "a".into(), sku: "A".into(), outcome, errors: Vec::new() };
        let ids =
            ("pim_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
        let import = ProductImport::requested(ids.0, ids.1, 4, now);
        let half = import.after(&[row(RowOutcome::Created), row(RowOutcome::Failed)], now);
        assert_eq!((half.done(), half.parts, half.version, half.status), (2, 1, 2, ImportStatus::Running));
        let whole = half.after(&[row(RowOutcome::Updated), row(RowOutcome::Unchanged)], now);
        assert_eq!((whole.done(), whole.status, whole.ended_at), (4, ImportStatus::Done, Some(now)));
        assert_eq!((whole.created, whole.updated, whole.unchanged, whole.failed), (1, 1, 1, 1));
        let later = now.plus(PATIENCE);
        assert_eq!(
            (import.is_in_the_way(now), import.is_in_the_way(later), whole.is_in_the_way(now)),
            (true, false, false)
        );
        assert!(!import.stopped(now).is_in_the_way(now));
    }
}
