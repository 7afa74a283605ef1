//! What the tenant's own settings ask of a call: that it is recorded, or that a part of the platform is on.

use identity::{Reach, audit::Action};
use table::WriteError;
use tenancy::PlatformPart;

use crate::{Api, Caller, Needs, Problem, RequestInfo};

impl<P: Needs> Caller<P> {
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

    /// `Ok` while a part of the platform is on in the tenant.
    ///
    /// # Errors
    /// 403 `FEATURE_OFF`.
    pub fn may_use(&self, part: PlatformPart) -> Result<(), Problem> {
        if self.tenant.has(part) { Ok(()) } else { Err(Problem::feature_off()) }
    }
}
