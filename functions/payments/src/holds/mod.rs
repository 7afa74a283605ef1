//! Payments that wait for the merchant: their money is held by a card's bank, or they are held by a fraud check.

pub(crate) mod approve_payment;
pub(crate) mod capture_payment;
mod deciding;
pub(crate) mod deny_payment;

#[cfg(test)]
mod tests;
