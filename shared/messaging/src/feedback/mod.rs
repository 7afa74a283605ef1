//! What carriers tell of messages after they left, and what follows from it.

mod hearing;
mod reports;
pub mod ses;
mod suppressions;

pub use hearing::{Hearing, OfAddress};
pub use reports::{Heard, Report, ReportStatus, Reports};
pub use suppressions::{
    Address, Bounces, NoSuppression, Suppression, SuppressionIndex, SuppressionReason, Suppressions,
};
