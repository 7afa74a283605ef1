//! Models: what they are, how they are stored, and which one is served.

pub(crate) mod bytes;
pub(crate) mod row;
pub(crate) mod rows;
pub(crate) mod served;
pub(crate) mod state;
