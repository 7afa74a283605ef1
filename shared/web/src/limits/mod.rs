//! Rate limits, in fixed windows: those of one kind of call, which stand in the code ([`limit`]), and those of a caller's
//! plan, over all their calls ([`by_plan`]).
//!
//! A window counts at most its limit, so that over any time as long as a window at most twice the limit passes. The counter
//! of each subject has a partition of its own. Refused calls are not counted.

pub(crate) mod by_plan;
pub(crate) mod leases;
pub(crate) mod limit;
pub(crate) mod state;
pub(crate) mod windows;

pub(crate) use by_plan::take_by_plan;
pub use limit::{Limit, Subject, WhenDown};
pub(crate) use limit::{take, take_many, take_sold};
pub(crate) use state::LimitState;
