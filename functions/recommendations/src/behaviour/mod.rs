//! What people did.

pub(crate) mod record_behaviour;
pub(crate) mod reported;
