//! Taking a tenant's data away, and erasing it.

pub(crate) mod create_tenant_export;
pub(crate) mod delete_tenant;
pub(crate) mod download_tenant_export;
mod export_link;
mod export_view;
pub(crate) mod get_tenant_export;
pub(crate) mod restore_tenant;
