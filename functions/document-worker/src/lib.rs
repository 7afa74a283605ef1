//! Renders invoices as PDF.

mod amount;
mod bounds;
pub mod document;
pub mod logo;
mod qr;
pub mod render;
#[cfg(test)]
mod samples;
mod sheet;
mod words;
mod world;
