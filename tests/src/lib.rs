//! Black-box journeys over HTTP.
