//! `SealedTable` over the real store.

#[cfg(test)]
#[path = "sealed/rows.rs"]
mod rows;
