//! Why nothing can be found just now.

use http::StatusCode;
use search_index::SearchIndexError;
use web::Problem;

/// What a caller is told of an index that fails.
pub(crate) fn refused(error: SearchIndexError) -> Problem {
    match error {
        SearchIndexError::Table(error) => error.into(),
        SearchIndexError::Objects(error) => error.into(),
        SearchIndexError::Full => {
            let detail = "more products changed than the index takes at once; try again in a minute";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "SEARCH_BUSY", detail)
        }
        SearchIndexError::Outrun => Problem::conflict(),
        broken
        @ (SearchIndexError::Broken { .. } | SearchIndexError::Unreadable { .. } | SearchIndexError::Gone(_)) => {
            tracing::error!(error = %broken, "an index cannot be read");
            let detail = "the index of this organisation cannot be read; its owner can have it built anew";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "SEARCH_INDEX_BROKEN", detail)
        }
    }
}
