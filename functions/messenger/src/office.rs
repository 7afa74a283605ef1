//! What letters of a tenant are written with, and carried by.

use cloud::Ctx;
use serde::de::DeserializeOwned;
use table::TenantScope;
use tenancy::Tenant;

use crate::MessengerError;

/// The office of one tenant.
pub(crate) struct Office<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) scope: TenantScope,
    pub(crate) tenant: &'a Tenant,
}

impl<'a> Office<'a> {
    pub(crate) const fn new(ctx: &'a Ctx, tenant: &'a Tenant) -> Self {
        Self { ctx, scope: TenantScope::new(tenant.id), tenant }
    }

    /// The tenant's account at a provider, from its secret.
    ///
    /// # Errors
    /// The secret store failed, or the secret is not there or cannot be read: somebody can mend that, and then the message
    /// can be sent.
    pub(crate) async fn account<T: DeserializeOwned>(&self, provider: &'static str) -> Result<T, MessengerError> {
        let secret = self.ctx.tenant_secret(self.tenant.id, provider).await?;
        let secret = secret.ok_or(MessengerError::NoAccount(provider))?;
        serde_json::from_str(secret.expose()).map_err(|error| {
            let tenant = self.tenant.id;
            // Only where in the secret, never what: serde's messages quote values.
            tracing::error!(tenant.id = %tenant, provider, line = error.line(), column = error.column(),
                "the tenant's account is malformed");
            MessengerError::NoAccount(provider)
        })
    }
}
