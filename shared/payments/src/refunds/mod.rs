//! Money of a payment that goes back to its payer.
//!
//! A payment has one refund on its way at a time: so the provider's sum of all refunds always tells what became of this one.
//! A refund is stored, and its money taken off the payer's balance, before the provider is asked. What the provider or the
//! bank refuses is put back on the balance.

mod of_payment;
pub(crate) mod refund;
pub(crate) mod repo;
