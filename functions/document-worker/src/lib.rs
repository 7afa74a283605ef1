//! Renders invoices as PDF.
