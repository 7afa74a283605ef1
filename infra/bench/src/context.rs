//! The context of a stack over another table.

use std::sync::Arc;

use cloud::{Config, Ctx, Ports, config::Limits};
use table::{CapacityMeter, DynamoTable, SealedTable, Table};
use testkit::{FixedClock, MemoryKms, Stack, TABLE_NAME, store_client};

/// The stack's context over `table`, which is metered elsewhere, with these limits.
pub fn context(stack: &Stack, table: Arc<dyn Table>, limits: Limits) -> Ctx {
    let ports = stack.ctx().ports();
    let config = Config { limits, ..ports.config.clone() };
    Ctx::new(Ports { config, table, meter: CapacityMeter::default(), ..ports.clone() })
}

/// The table behind what opens and seals the personal attributes of its rows: a request's own work.
pub fn sealed(stack: &Stack, table: Arc<dyn Table>) -> Arc<dyn Table> {
    Arc::new(SealedTable::new(table, Arc::<MemoryKms>::clone(&stack.kms), Arc::<FixedClock>::clone(&stack.clock)))
}

/// The stack's context with a table and a meter of its own, which counts what the context's functions use.
pub fn metered(stack: &Stack) -> Ctx {
    let table = DynamoTable::new(store_client(&stack.store), TABLE_NAME);
    let meter = table.meter().clone();
    let ports = stack.ctx().ports();
    Ctx::new(Ports { table: sealed(stack, Arc::new(table)), meter, ..ports.clone() })
}
