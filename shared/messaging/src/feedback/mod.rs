//! What carriers tell of messages after they left, and what follows from it.

mod channel_history;
mod hearing;
mod reports;
pub mod ses;
mod suppressions;

pub use channel_history::ChannelHistory;
pub use hearing::{Hearing, OfAddress};
pub use reports::{CarrierWord, Report, ReportStatus, Reports};
pub use suppressions::{
    Bounces, ContactPoint, NoSuppression, Suppression, SuppressionIndex, SuppressionReason, Suppressions,
};
