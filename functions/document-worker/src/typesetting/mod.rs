//! From a document to the bytes of a PDF.

pub(crate) mod amount;
mod bounds;
mod error;
mod qr;
pub mod render;
mod sheet;
pub(crate) mod words;
mod world;
