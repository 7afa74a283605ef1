//! What staff does with an invoice that is issued.

#[cfg(test)]
mod change_tests;
pub(crate) mod invoice_edit;
pub(crate) mod mark_invoice_uncollectible;
pub(crate) mod pay_invoice;
pub(crate) mod send_invoice;
pub(crate) mod void_invoice;
