//! What is recommended: candidates, and what must not be among them.

pub(crate) mod candidates;
pub(crate) mod history;
