//! What a domain says when it refuses: transport-free, mapped to HTTP in one place (`web::problem`).

/// The class of a refusal; `web` maps each to one HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The request cannot be read: bad JSON, a missing header, an unknown field (400).
    Malformed,
    /// The request is well formed but a value is not acceptable (422).
    Invalid,
    /// Nobody is signed in, or the token is no good (401).
    Unauthenticated,
    /// The caller is known and may not do this (403).
    Forbidden,
    /// Nothing of that name here, or it is somebody else's (404).
    NotFound,
    /// The state of the thing does not allow it now (409).
    Conflict,
    /// The version that the caller named is not the present one (412).
    Precondition,
    /// Too many calls (429).
    RateLimited,
    /// Something we depend on does not answer; the same call may succeed later (503).
    Unavailable,
    /// A fault of ours (500).
    Internal,
}

/// An error that a caller of the API may see: `Display` is the public sentence for kinds below 500.
pub trait Fault: std::error::Error {
    /// The class, which decides the HTTP status.
    fn kind(&self) -> FaultKind;
    /// The stable `UPPER_SNAKE` code, listed in `docs/API.md`.
    fn code(&self) -> &'static str;
    /// Whether the same request is to be refused the same way ever after: then the refusal is kept as the answer of its
    /// idempotency key. Only the business decides so; neither who calls or how often, nor the form of the request, nor that
    /// there is nothing to decide about, that something is yet to be set up or that a race was lost.
    fn is_final(&self) -> bool;
}
