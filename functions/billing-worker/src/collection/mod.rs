//! Whether invoices are paid, and what becomes of subscriptions by that.

#[cfg(test)]
mod closed_tenant_tests;
pub(crate) mod dun_invoice;
#[cfg(test)]
mod dun_invoice_tests;
pub(crate) mod expire_unpaid;
#[cfg(test)]
mod follow_given_up_tests;
pub(crate) mod follow_invoice;
#[cfg(test)]
mod ladder_change_tests;
pub(crate) mod pay_open_invoices;
#[cfg(test)]
mod pay_open_invoices_tests;
