//! Who is asked, in which order, how often, and what becomes of a refusal.

pub mod attempts;
pub mod decide;
pub mod models;
pub mod policy;
pub mod provider;
pub mod streaming;
pub mod target;
mod walk;

#[cfg(test)]
mod tests;
