//! A write's place in its transaction.

/// Which write of a transaction: to ask afterwards whether it was the one that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot(pub(crate) usize);
