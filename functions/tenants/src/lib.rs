//! Tenants: sign-up and lifecycle.
