//! What a tenant is made of: every kind of its rows, where they are found without a scan, and what of them is handed out.

mod export;
mod exports;
mod kinds;
mod sources;
mod walk;

pub use export::{ExportError, ExportPart, ExportState, ExportStatus, TenantExport};
pub use exports::TenantExports;
pub use kinds::{Fate, KINDS, RowKind, kind_of};
pub use sources::Span;
pub use walk::{Position, Walker};
