//! Recurring invoices whose day has come.

pub(crate) mod make_invoices;
