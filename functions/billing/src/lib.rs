//! Invoices, billing runs and reports.
