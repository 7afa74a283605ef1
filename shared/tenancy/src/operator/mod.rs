//! What the platform's operator sees of all tenants: a directory to list and search, and a census to count.

mod census;
mod directory;
mod enlisted;
mod limit_marks;
mod milestones;
mod places;
mod shards;

pub use census::{Census, CensusCell};
pub use directory::{Directory, DirectoryFilter, DirectoryOrder};
pub use enlisted::{Enlisted, Seen};
pub use limit_marks::{LimitFigures, LimitLevel, LimitStep};
pub use milestones::{CohortFigures, Milestone, MilestoneStep};
pub use places::search_word;

#[cfg(test)]
pub(crate) use census::{CensusCount, CensusMonth};
#[cfg(test)]
pub(crate) use limit_marks::CensusLimit;
#[cfg(test)]
pub(crate) use places::DirectoryPlace;
