//! What letters of a tenant are written with, and carried by.

use cloud::Ctx;
use messaging::{ContactPoint, SuppressionIndex, SuppressionReason, Suppressions, push::TokenCache};
use serde::de::DeserializeOwned;
use table::TenantScope;
use tenancy::Tenant;

use crate::MessengerError;

/// The office of one tenant.
pub(crate) struct Office<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) scope: TenantScope,
    pub(crate) tenant: &'a Tenant,
    /// What Firebase projects are called with.
    pub(crate) tokens: &'a TokenCache,
}

impl<'a> Office<'a> {
    pub(crate) const fn new(ctx: &'a Ctx, tenant: &'a Tenant, tokens: &'a TokenCache) -> Self {
        Self { ctx, scope: TenantScope::new(tenant.id), tenant, tokens }
    }

    /// Names the addresses that nothing is sent to.
    pub(crate) fn suppression_index(&self) -> SuppressionIndex {
        SuppressionIndex::new(&self.ctx.ports().keys.derive(SuppressionIndex::LABEL))
    }

    /// Whether an address may be written to. One round trip.
    ///
    /// # Errors
    /// `Void` when nothing is sent there any more; those of the store.
    pub(crate) async fn may_write_to(&self, address: ContactPoint<'_>) -> Result<(), MessengerError> {
        let id = self.suppression_index().of(self.tenant.id, address);
        match Suppressions::new(self.ctx.table(), self.scope).get(id).await?.map(|suppression| suppression.reason) {
            None => Ok(()),
            Some(SuppressionReason::Bounce) => Err(MessengerError::Void("mail comes back from the address")),
            Some(SuppressionReason::Complaint) => Err(MessengerError::Void("the reader called a mail spam")),
            Some(SuppressionReason::OptOut) => Err(MessengerError::Void("the owner of the number said stop")),
        }
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
