//! Plans, subscriptions and usage.
