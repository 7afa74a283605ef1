//! How a payment moves from state to state.

mod edges;
mod held;
pub(crate) mod machine;
