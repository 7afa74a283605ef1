//! Payments and provider notifications.
