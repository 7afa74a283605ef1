//! The catalogue of events, and their golden files.

#[cfg(test)]
mod complete;
