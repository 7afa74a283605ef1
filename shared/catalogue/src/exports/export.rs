//! An export: a file of all products, which is made in one go and is there for a day.

use jiff::SignedDuration;
use kernel::{Fault, FaultKind, ProductExportId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

/// How many products a file has at most: they are put in their order in memory.
pub const MOST_EXPORTED: usize = 20_000;
/// How long the file is there: a day.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// After how long without an end an export gives way to the next: an hour.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);
/// How long an export is known: 30 days.
pub(crate) const KNOWN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What came of an export, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ProductExportState {
    /// It is being made.
    Running,
    /// The file is there.
    #[serde(rename_all = "camelCase")]
    Ready {
        /// Since when.
        at: Timestamp,
        /// How many products it has.
        products: u32,
        /// How long it is.
        size_bytes: u64,
    },
    /// There are more products than a file holds.
    Failed {
        /// When that was seen.
        at: Timestamp,
    },
}

/// How an export stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How an export stands: being made, to be fetched, gone since, or given up")]
pub enum ProductExportStatus {
    /// Being made.
    Running,
    /// To be fetched.
    Ready,
    /// Ready once, and gone since.
    Expired,
    /// Given up.
    Failed,
}

/// An export, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductExport {
    /// Which one.
    pub id: ProductExportId,
    /// Who asked for it.
    pub requested_by: UserId,
    /// When.
    pub requested_at: Timestamp,
    /// What came of it.
    pub state: ProductExportState,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// Why there is no export, or none to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductExportError {
    /// Another one is being made.
    #[error("another export of products is being made; wait for it")]
    Running,
    /// It is not there yet, or not any more.
    #[error("this file is not ready, or is over; read the export to see where it stands")]
    NotReady,
}

impl Fault for ProductExportError {
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

impl Record for ProductExport {
    const ROWS: &'static [&'static str] = &["PRODUCTEXPORTS / {export}"];
}

impl ProductExport {
    /// A new export.
    pub const fn requested(id: ProductExportId, requested_by: UserId, now: Timestamp) -> Self {
        Self { id, requested_by, requested_at: now, state: ProductExportState::Running, version: 1 }
    }

    /// With its file.
    pub fn made(&self, products: usize, size_bytes: usize, now: Timestamp) -> Self {
        let products = u32::try_from(products).unwrap_or(u32::MAX);
        let size_bytes = u64::try_from(size_bytes).unwrap_or(u64::MAX);
        let state = ProductExportState::Ready { at: now, products, size_bytes };
        Self { state, version: self.version + 1, ..self.clone() }
    }

    /// Given up.
    pub fn failed(&self, now: Timestamp) -> Self {
        Self { state: ProductExportState::Failed { at: now }, version: self.version + 1, ..self.clone() }
    }

    /// How it stands.
    pub fn status_at(&self, now: Timestamp) -> ProductExportStatus {
        match &self.state {
            ProductExportState::Running if now >= self.requested_at.plus(PATIENCE) => ProductExportStatus::Failed,
            ProductExportState::Running => ProductExportStatus::Running,
            ProductExportState::Ready { at, .. } if now >= at.plus(KEPT) => ProductExportStatus::Expired,
            ProductExportState::Ready { .. } => ProductExportStatus::Ready,
            ProductExportState::Failed { .. } => ProductExportStatus::Failed,
        }
    }

    /// Until when its file is there, once it is.
    pub fn kept_until(&self) -> Option<Timestamp> {
        match &self.state {
            ProductExportState::Ready { at, .. } => Some(at.plus(KEPT)),
            ProductExportState::Running | ProductExportState::Failed { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_for_a_day() {
        let now: Timestamp = "2026-12-01T00:00:00.000Z".parse().unwrap();
        let hours = |hours| now.plus(SignedDuration::from_hours(hours));
        let ids =
            ("pex_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
        let export = ProductExport::requested(ids.0, ids.1, now);
        assert_eq!(export.status_at(now), ProductExportStatus::Running);
        assert_eq!(export.status_at(hours(1)), ProductExportStatus::Failed);
        let made = export.made(3, 99, now);
        assert_eq!((made.status_at(hours(23)), made.version), (ProductExportStatus::Ready, 2));
        assert_eq!((made.status_at(hours(24)), made.kept_until()), (ProductExportStatus::Expired, Some(hours(24))));
        assert_eq!(export.failed(now).status_at(now), ProductExportStatus::Failed);
    }
}
