//! The seat that a change of a user takes or leaves, with what the request says of its cause.

use kernel::EventId;
use tenancy::limits::LimitCause;
use web::{Api, RequestInfo};

/// What a seat that a request takes goes back to.
pub(crate) fn cause(api: &Api, info: &RequestInfo) -> LimitCause {
    LimitCause { event: EventId::new(api.new_ulid()), cause: info.into() }
}

#[cfg(test)]
#[path = "seat_tests.rs"]
mod tests;
