//! Who is a member of a tenant, as the limit of its plan sees it: what identity and tenancy say together.

mod roles_changed;
mod seat;

pub use roles_changed::roles_changed;
pub use seat::{Seat, Seats};
