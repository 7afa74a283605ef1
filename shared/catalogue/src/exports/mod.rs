//! Exports of whole catalogues, which are made by a worker.

pub(crate) mod export;
pub(crate) mod repo;
