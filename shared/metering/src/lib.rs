//! Calls of the API: the line that tells of one, and what is counted of them.
//!
//! Every HTTP function writes one line per call ([`TARGET`]). The meter reads the lines off the log, and adds them to
//! counters: per tenant by day, by day and route, by day and caller; over all tenants by route and by minute.

mod call;
mod delivery;
mod fair_use;
#[cfg(test)]
mod golden;
mod health;
mod partitions;
mod platform_calls;
mod rows;
mod tally;
mod tenant_calls;

pub use call::{By, Call, Group, LineError, Route, TARGET, UNMATCHED};
pub use delivery::{BESIDE, CallCounter, Chunk, CounterOwner, LogDelivery};
pub use fair_use::FairUse;
pub use health::{GroupHealth, GroupStatus};
pub use platform_calls::{PlatformCalls, Recent, Total, WINDOW_MINUTES};
pub use rows::{RowEffect, record};
pub use tally::Tally;
pub use tenant_calls::{Grouping, TenantCalls, UsageError};
