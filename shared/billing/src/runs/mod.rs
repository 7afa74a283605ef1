//! Billing runs and the work that they send out.

pub(crate) mod outcome;
pub(crate) mod run;
pub(crate) mod work;
