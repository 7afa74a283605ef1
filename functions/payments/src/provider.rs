//! The tenant's account at the provider.

use std::sync::Arc;

use kernel::{Fault, TenantId};
use payments::{
    PaymentError,
    midtrans::{Limits, Midtrans, MidtransAccount},
};
use web::{Api, Problem};

/// The keys of a tenant at Midtrans; `None` when it has given none. One secret, read anew every five minutes.
///
/// # Errors
/// The secret store does not answer.
pub(crate) async fn account(api: &Api, tenant: TenantId) -> Result<Option<MidtransAccount>, Problem> {
    let name = format!("{}{tenant}/midtrans", api.config().secrets.tenant_prefix);
    let Some(secret) = api.ports().secrets.get(&name).await? else { return Ok(None) };
    match serde_json::from_str(secret.expose()) {
        Ok(account) => Ok(Some(account)),
        Err(error) => {
            // Only where in the secret, never what: serde's messages quote values.
            tracing::error!(line = error.line(), column = error.column(), "the tenant's midtrans secret is malformed");
            Ok(None)
        }
    }
}

/// Midtrans on behalf of a tenant.
///
/// # Errors
/// `PROVIDER_NOT_CONFIGURED` (409), or the secret store does not answer.
pub(crate) async fn midtrans(api: &Api, tenant: TenantId) -> Result<Midtrans, Problem> {
    let account = account(api, tenant).await?.ok_or(PaymentError::NotConfigured)?;
    Ok(of_account(api, tenant, account))
}

pub(crate) fn of_account(api: &Api, tenant: TenantId, account: MidtransAccount) -> Midtrans {
    let base_url = api.config().providers.midtrans.as_deref();
    let clock = Arc::clone(&api.ports().clock);
    let midtrans = Midtrans::new(api.ports().http.client(), account, base_url, clock, Limits::INTERACTIVE);
    match api.config().public_url.as_str() {
        "" => midtrans,
        public_url => midtrans.notifying(format!("{public_url}/api/v1/webhooks/midtrans/{tenant}")),
    }
}

/// Whether a failure says that something is out of reach, rather than that it was refused.
pub(crate) fn is_passing(error: &impl Fault) -> bool {
    error.kind() == kernel::Kind::Unavailable
}
