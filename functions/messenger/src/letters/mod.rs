//! What is said to whom: the letter of a notification, whom one about an invoice is for, and what is enclosed.

pub(crate) mod enclosed;
pub(crate) mod house;
pub(crate) mod letter;
mod payer;
