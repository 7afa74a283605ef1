//! Invoices one subscription's period.
