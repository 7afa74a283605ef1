//! The HTTP edge: problems, extractors, limits, headers.
