//! Recurring invoices: `/api/v1/recurring-invoices`.

pub(crate) mod create_recurring_invoice;
pub(crate) mod delete_recurring_invoice;
pub(crate) mod get_recurring_invoice;
pub(crate) mod list_recurring_invoices;
pub(crate) mod recurring_body;
pub(crate) mod recurring_view;
pub(crate) mod update_recurring_invoice;

#[cfg(test)]
mod recurring_tests;
