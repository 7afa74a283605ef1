//! Words: how a text is cut into them, which of them mean the same, and how far a typo goes.

pub(crate) mod stem;
pub(crate) mod stop;
pub(crate) mod token;
pub(crate) mod typo;
pub(crate) mod walk;
