//! Clients, queues, objects, secrets, configuration, telemetry and the entry points of functions.

mod function;

pub use function::{EventAnswer, EventError, EventHandler, Function};
