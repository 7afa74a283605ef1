//! A tenant with what it settled for itself: its look, what is on, which rules hold.

use crate::{Branding, Compliance, Features, PlatformPart, SecurityPolicy, Tenant, TenantName, effective_security};

impl Tenant {
    /// The tenant with another look, in its next version.
    pub fn branded(self, branding: Branding) -> Self {
        Self { branding, version: self.version + 1, ..self }
    }

    /// What people know it by.
    pub fn product_name(&self) -> &str {
        self.branding.product_name.as_ref().unwrap_or(&self.name).as_str()
    }

    /// In whose name its mails come.
    pub fn sender_name(&self) -> &str {
        self.branding.sender_name.as_ref().map_or_else(|| self.product_name(), TenantName::as_str)
    }

    /// The tenant with other rules, in its next version.
    pub fn complying(self, compliance: Compliance) -> Self {
        Self { compliance, version: self.version + 1, ..self }
    }

    /// The security settings in force: see [`effective_security`].
    pub fn policy(&self) -> SecurityPolicy {
        effective_security(&self.security, self.compliance)
    }

    /// The tenant with other features, in its next version.
    pub fn featuring(self, features: Features) -> Self {
        Self { features, version: self.version + 1, ..self }
    }

    /// Whether a part of the platform is on.
    pub const fn has(&self, part: PlatformPart) -> bool {
        self.features.parts.has(part)
    }
}
