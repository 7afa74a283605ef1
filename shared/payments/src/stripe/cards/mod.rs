//! Cards that payers enter on a page of Stripe's own, or save.

pub(crate) mod checkout;
pub(crate) mod saved;
