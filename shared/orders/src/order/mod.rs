//! Orders: what was bought, and for how much.

pub(crate) mod bought;
pub(crate) mod forgetting;
pub(crate) mod line;
pub(crate) mod number;
pub(crate) mod place;
pub(crate) mod repo;
pub(crate) mod states;
