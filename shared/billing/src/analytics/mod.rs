//! What subscriptions add up to, day by day: how many there are, what they bring in a month, and why that moved.

pub(crate) mod course;
pub(crate) mod figures;
pub(crate) mod months;
pub(crate) mod mrr;
pub(crate) mod repo;
pub(crate) mod report;
pub(crate) mod rows;
pub(crate) mod standing;
#[cfg(test)]
mod tests;
pub(crate) mod usage;
