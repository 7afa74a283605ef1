//! What a tenant is made of: every kind of its rows, where they are found without a scan, and what of them is handed out.

mod below;
mod erasure;
mod erasures;
mod export;
pub(crate) mod exports;
mod kinds;
mod scheduled_erasure;
mod sources;
mod walk;

pub use below::{Blind, below};
pub use erasure::{ERASED_AFTER, ErasureError, ErasureStep, TenantErasure};
pub use erasures::TenantErasures;
pub use export::{ExportError, ExportPart, ExportState, ExportStatus, TenantExport};
pub use exports::{ExportRoom, TenantExports};
pub use kinds::{Erasure, Fate, KINDS, RowKind, kind_of};
pub use scheduled_erasure::ScheduledErasure;
pub use sources::Span;
pub use walk::{Position, WalkPurpose, Walker};
