//! The context of a stack over another table.

use std::sync::Arc;

use cloud::{Config, Ctx, Ports, config::Limits};
use table::{CapacityMeter, Table};
use testkit::Stack;

/// The stack's context over `table`, which is metered elsewhere, with these limits.
pub fn context(stack: &Stack, table: Arc<dyn Table>, limits: Limits) -> Ctx {
    let ports = stack.ctx().ports();
    let config = Config { limits, ..ports.config.clone() };
    Ctx::new(Ports { config, table, meter: CapacityMeter::default(), ..ports.clone() })
}
