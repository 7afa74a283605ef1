//! The export of all that a tenant has: its rows are walked in turns, then packed into one archive, which is there for a day.

use events::tenant::export::{TenantExportReady, TenantExportRequested};
use jiff::SignedDuration;
use kernel::{Fault, FaultKind, TenantExportId, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::privacy::walk::Position;

/// How long a finished archive is there: a day.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long an export is known: 30 days.
pub(crate) const KNOWN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// After how long without an end it is given up: six hours.
const PATIENCE: SignedDuration = SignedDuration::from_hours(6);

/// Some rows of one kind, in an object of their own until they are packed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportPart {
    /// The file that they belong to.
    pub file: String,
    /// Where they are.
    pub object: String,
}

/// How far an export is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ExportState {
    /// Rows are being read.
    Reading,
    /// All rows were read; the archive is being made.
    Packing,
    /// The archive is there.
    #[serde(rename_all = "camelCase")]
    Ready {
        /// Since when.
        at: Timestamp,
        /// Where.
        object: String,
        /// Its size.
        size_bytes: u64,
    },
}

/// How far an export is, at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportStatus {
    /// Being made.
    Running,
    /// To be fetched.
    Ready,
    /// Ready once, and gone since.
    Expired,
    /// Given up: ask for another.
    Failed,
}

/// An export, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantExport {
    /// The id.
    pub id: TenantExportId,
    /// Whose rows.
    pub tenant: TenantId,
    /// Who asked for it.
    pub requested_by: UserId,
    /// When.
    pub requested_at: Timestamp,
    /// How far it is.
    pub state: ExportState,
    /// What has been read.
    #[serde(default)]
    pub position: Position,
    /// What was read, as long as it is not packed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ExportPart>,
    /// How many rows it has.
    pub rows: u64,
    /// Raised by every change.
    pub version: u64,
}

impl Record for TenantExport {
    const ROWS: &'static [&'static str] = &["EXPORTS / {export}"];
}

/// Why there is no export, or none to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Another one is being made.
    #[error("another export is being made; wait for it")]
    Running,
    /// It is not there yet, or not any more.
    #[error("this export is not ready, or is over; read it to see where it stands")]
    NotReady,
}

impl Fault for ExportError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Running | Self::NotReady => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Running => "EXPORT_RUNNING",
            Self::NotReady => "EXPORT_NOT_READY",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Running | Self::NotReady => false,
        }
    }
}

impl TenantExport {
    /// A new export.
    pub fn requested(id: TenantExportId, tenant: TenantId, requested_by: UserId, now: Timestamp) -> Self {
        Self {
            id,
            tenant,
            requested_by,
            requested_at: now,
            state: ExportState::Reading,
            position: Position::default(),
            parts: Vec::new(),
            rows: 0,
            version: 1,
        }
    }

    /// The export after a turn of reading; packed next when nothing is left to read.
    pub fn read(mut self, position: Option<Position>, parts: Vec<ExportPart>, rows: u64) -> Self {
        match position {
            Some(position) => self.position = position,
            None => self.state = ExportState::Packing,
        }
        self.parts.extend(parts);
        Self { rows: self.rows + rows, version: self.version + 1, ..self }
    }

    /// The export with its archive; its parts are not needed any more.
    pub fn packed(self, object: String, size_bytes: u64, now: Timestamp) -> Self {
        let state = ExportState::Ready { at: now, object, size_bytes };
        Self { state, parts: Vec::new(), position: Position::default(), version: self.version + 1, ..self }
    }

    /// How far it is.
    pub fn status_at(&self, now: Timestamp) -> ExportStatus {
        match &self.state {
            ExportState::Ready { at, .. } if now >= at.plus(KEPT) => ExportStatus::Expired,
            ExportState::Ready { .. } => ExportStatus::Ready,
            ExportState::Reading | ExportState::Packing if now >= self.requested_at.plus(PATIENCE) => {
                ExportStatus::Failed
            }
            ExportState::Reading | ExportState::Packing => ExportStatus::Running,
        }
    }

    /// Until when its archive is there, once it is.
    pub fn kept_until(&self) -> Option<Timestamp> {
        match &self.state {
            ExportState::Ready { at, .. } => Some(at.plus(KEPT)),
            ExportState::Reading | ExportState::Packing => None,
        }
    }

    /// That it was asked for.
    pub const fn told_requested(&self) -> TenantExportRequested {
        TenantExportRequested { export_id: self.id, requested_by: self.requested_by }
    }

    /// That its archive is there; `None` before.
    pub fn told_ready(&self) -> Option<TenantExportReady> {
        match &self.state {
            ExportState::Ready { at, size_bytes, .. } => {
                Some(TenantExportReady { export_id: self.id, size_bytes: *size_bytes, expires_at: at.plus(KEPT) })
            }
            ExportState::Reading | ExportState::Packing => None,
        }
    }

    /// Where its archive is at an instant.
    ///
    /// # Errors
    /// `NotReady`.
    pub fn archive_at(&self, now: Timestamp) -> Result<&str, ExportError> {
        match &self.state {
            ExportState::Ready { object, .. } if self.status_at(now) == ExportStatus::Ready => Ok(object),
            ExportState::Ready { .. } | ExportState::Reading | ExportState::Packing => Err(ExportError::NotReady),
        }
    }

    /// The folder of its objects.
    pub fn folder(&self) -> String {
        format!("exports/{}/{}", self.tenant, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_there_for_a_day_and_an_export_without_one_is_given_up() {
        let now: Timestamp = "2026-12-01T00:00:00.000Z".parse().unwrap();
        let hours = |hours| now.plus(SignedDuration::from_hours(hours));
        let id: TenantExportId = "exp_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let user = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let export = TenantExport::requested(id, TenantId::PLATFORM, user, now);
        assert_eq!((export.status_at(now), export.status_at(hours(6))), (ExportStatus::Running, ExportStatus::Failed));
        assert_eq!(export.archive_at(now), Err(ExportError::NotReady));
        let ready = export.read(None, Vec::new(), 7).packed("a.zip".to_owned(), 9, hours(1));
        assert_eq!((ready.version, ready.rows), (3, 7));
        assert_eq!(ready.archive_at(hours(24)), Ok("a.zip"));
        assert_eq!(ready.status_at(hours(25)), ExportStatus::Expired);
        assert_eq!(ready.archive_at(hours(25)), Err(ExportError::NotReady));
    }
}
