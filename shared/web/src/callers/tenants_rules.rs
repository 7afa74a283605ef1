//! Which tenants a caller reaches, and what the tenant's own settings ask of a call: that it is recorded, or that a part of the
//! platform is on.

use identity::{Reach, audit::Action};
use kernel::TenantId;
use table::WriteError;
use tenancy::PlatformPart;

use crate::{Api, Caller, Needs, People, Problem, RequestInfo};

/// What the operator of the platform has, and nobody else.
pub const OPERATOR: &str = "platform:tenants";

impl<P: Needs> Caller<P> {
    /// Whether it is the platform's operator: a signed-in administrator of tenant zero. No key holds a permission of the platform,
    /// whoever made it.
    pub fn is_operator(&self) -> bool {
        self.grants.reach(OPERATOR) == Some(Reach::Tenant)
    }

    /// Whether a tenant is within reach: the caller's own, and for the platform's operator any.
    pub fn reaches(&self, tenant: TenantId) -> bool {
        tenant == self.tenant() || self.is_operator()
    }

    /// Puts it into the audit trail that other people's data was read, where the tenant keeps rules that ask for it. One
    /// write there, none elsewhere.
    ///
    /// # Errors
    /// Those of the table: what cannot be recorded is not shown.
    pub async fn record_read(&self, api: &Api, info: &RequestInfo, action: Action, about: &str) -> Result<(), Problem> {
        if self.reach == Reach::Own || !self.tenant.compliance.records_reads() {
            return Ok(());
        }
        let entry = self.entry(api, info, action).about(about);
        let written = table::write_alone(api.table(), |tx| entry.insert(tx, self.scope)).await;
        written.map(drop).map_err(|error| match error {
            WriteError::ConditionFailed { .. } => Problem::conflict(),
            WriteError::Table(error) => error.into(),
        })
    }

    /// What tables for spreadsheets say of people, by the rules that the tenant keeps.
    pub fn people_in_tables(&self) -> People {
        if self.tenant.compliance.masks_tables() { People::Masked } else { People::Shown }
    }

    /// `Ok` while a part of the platform is on in the tenant.
    ///
    /// # Errors
    /// 403 `FEATURE_OFF`.
    pub fn may_use(&self, part: PlatformPart) -> Result<(), Problem> {
        if self.tenant.has(part) { Ok(()) } else { Err(Problem::feature_off()) }
    }
}
