//! Generations of a tenant's index, as objects.
//!
//! A reader takes a [`Snapshot`]: the segments of one generation with all changes since laid over them. It is made once for each
//! state of the index and kept in the process ([`SearchCache`]); what is asked of it is answered from it alone, so that no answer
//! mixes two. A writer stores new segments and their manifest beside the old ones ([`objects`]); the row of the index, written under
//! a condition, makes them the present generation. What nothing names any more is swept an hour later.

mod cache;
pub mod objects;
mod record;
mod shown;
mod snapshot;
mod sweep;

use cloud::PortError;
use search::BrokenSegment;
use table::TableError;

pub use cache::SearchCache;
pub use record::{MERGED_AFTER, ProductStanding, Reading, THE_INDEX, begin, record, wake};
pub use shown::shown;
pub use snapshot::Snapshot;
pub use sweep::sweep;

/// Why an index cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SearchIndexError {
    /// The store of rows failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The store of objects failed.
    #[error(transparent)]
    Objects(#[from] PortError),
    /// An object is not what was written.
    #[error("{path}: {source}")]
    Broken {
        /// Which.
        path: String,
        /// What is wrong.
        source: BrokenSegment,
    },
    /// An object is no JSON of its kind.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which.
        path: String,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// An object is not there, though the index names it: the generation was replaced long ago, or somebody deleted it.
    #[error("{0} is not there")]
    Gone(String),
    /// More changed than the writer merges.
    #[error("more changes wait than an index takes")]
    Full,
    /// Others were faster every time.
    #[error("the index kept changing")]
    Outrun,
}
