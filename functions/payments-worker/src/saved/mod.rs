//! Saved payment methods: invoices that they collect, and how they come and go.

pub(crate) mod collect_invoice;
#[cfg(test)]
mod collect_invoice_tests;
pub(crate) mod collecting;
pub(crate) mod follow_decline;
pub(crate) mod keep_card;
#[cfg(test)]
mod keep_card_tests;
#[cfg(test)]
mod races_tests;
pub(crate) mod remove_method;
pub(crate) mod remove_payer;
#[cfg(test)]
mod remove_payer_tests;
pub(crate) mod warn_of_expiry;
#[cfg(test)]
mod world;
