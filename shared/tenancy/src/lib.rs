//! Tenants, their lifecycle and settings.
