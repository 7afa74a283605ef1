//! How much a tenant's plan allows of members, files, calls and AI interactions, how much is used, and what happens at the
//! limit.
//!
//! Of each resource there is a count, a row of the tenant. Whatever makes a thing raises the count in the transaction that
//! makes it, under a condition of [`Taking`]; whatever takes a thing away lowers it there. Calls of the API are counted by
//! the meter, off the request path. A nightly recount repairs what went wrong all the same.

mod calendar_month;
mod counts;
mod fault;
mod fitting;
pub(crate) mod kept_files;
mod kept_logos;
mod kept_uploads;
mod resource_count;
mod resource_limits;
mod resource_state;
mod taking;

pub use calendar_month::CalendarMonth;
pub use counts::ResourceCounts;
pub use fault::{LimitError, ResourceError};
pub use fitting::{PlanTooSmall, Surplus};
pub use kept_files::{Keeping, KeptFiles};
pub use kept_logos::LogoChange;
pub use resource_count::ResourceCount;
pub use resource_limits::{GIGABYTE, ResourceLimits};
pub use resource_state::ResourceState;
pub(crate) use taking::Mark;
pub use taking::{LimitCause, Taking};
