//! Products as CSV, a row for each variant: written for spreadsheets, and read again to the same state.

pub(crate) mod cells;
pub(crate) mod columns;
pub(crate) mod lists;
pub(crate) mod parse;
#[cfg(test)]
mod parse_tests;
pub(crate) mod read;
pub(crate) mod rows;
pub(crate) mod write;
