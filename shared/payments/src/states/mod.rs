//! How a payment moves from state to state.

mod edges;
pub(crate) mod machine;
