//! What the set-up writes to read it back: a file of the tenant's, and a row that is sealed under the tenant's key.

use kernel::TenantId;
use serde::{Deserialize, Serialize};
use table::Record;

/// A row that can be read only with the tenant's data key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedMark {
    /// The tenant's id.
    #[serde(with = "table::personal")]
    pub mark: String,
}

impl Record for SealedMark {
    const ROWS: &'static [&'static str] = &["TENANT / SEALED"];
}

/// A file below the tenant's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageMark {
    /// Where it is.
    pub path: String,
    /// What it says.
    pub bytes: Vec<u8>,
}

impl StorageMark {
    /// The name of the file in the tenant's folder.
    pub const NAME: &'static str = "provisioning.json";

    /// That of a tenant.
    pub fn of(tenant: TenantId) -> Self {
        let bytes = format!(r#"{{"tenantId":"{tenant}"}}"#).into_bytes();
        Self { path: format!("tenants/{tenant}/{}", Self::NAME), bytes }
    }
}
