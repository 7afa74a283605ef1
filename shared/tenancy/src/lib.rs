//! Tenants, their lifecycle and settings.

mod tenant;
mod tenants;

pub use tenant::{
    Country, CountryError, NewTenant, Provisioning, Tenant, TenantError, TenantName, TenantNameError, TenantStatus,
};
pub use tenants::{SlugTaken, Tenants};
