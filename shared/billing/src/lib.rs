//! Plans, subscriptions, usage, invoices.
