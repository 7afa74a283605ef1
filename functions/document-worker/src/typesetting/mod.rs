//! From a document to the bytes of a PDF.

mod bounds;
mod credit_note_sheet;
mod error;
pub(crate) mod fonts;
mod letters;
mod qr;
mod receipt_sheet;
pub mod render;
mod sheet;
mod spelled;
pub(crate) mod words;
mod world;
