//! Runs that foresee what would be billed.

pub(crate) mod foresee_subscription;
