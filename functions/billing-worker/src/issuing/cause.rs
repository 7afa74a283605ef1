//! Which request a change is of.

use cloud::Ctx;
use kernel::RequestId;

/// Billing is nobody's request: each change has a new one.
pub(crate) fn cause(ctx: &Ctx) -> RequestId {
    RequestId::new(ctx.new_ulid())
}
