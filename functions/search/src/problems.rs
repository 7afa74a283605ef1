//! Why nothing can be found just now.

use http::StatusCode;
use search_index::SearchIndexError;
use web::Problem;

/// What a caller is told of an index that fails.
pub(crate) fn refused(error: SearchIndexError) -> Problem {
    match error {
        SearchIndexError::Table(error) => error.into(),
        SearchIndexError::Objects(error) => error.into(),
        SearchIndexError::Full | SearchIndexError::Outrun => {
            let detail = "the index is changing faster than it can be read or written; try again in a moment";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "SEARCH_BUSY", detail)
        }
        broken
        @ (SearchIndexError::Broken { .. } | SearchIndexError::Unreadable { .. } | SearchIndexError::Gone(_)) => {
            tracing::error!(error = %broken, "an index cannot be read");
            let detail = "the index of this organisation cannot be read; its owner can have it built anew";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "SEARCH_INDEX_BROKEN", detail)
        }
    }
}
