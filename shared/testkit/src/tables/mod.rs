//! Tables over the store that do what a test wants of them.

pub(crate) mod faults;
pub(crate) mod granted;
