//! The tenant's accounts at the providers: the only place that knows who they are.

use std::sync::Arc;

use cloud::Ctx;
use kernel::{Fault, FaultKind, Provider, TenantId};
use payments::{
    Manual, PaymentError, PaymentProvider,
    midtrans::{Midtrans, MidtransAccount},
};

use crate::{CashierError, guarded::Guarded};

/// A provider on behalf of a tenant; `None` when the tenant has given no keys for it.
///
/// # Errors
/// The secret store does not answer.
pub async fn find(
    ctx: &Ctx,
    tenant: TenantId,
    provider: Provider,
) -> Result<Option<Arc<dyn PaymentProvider>>, CashierError> {
    let clock = Arc::clone(&ctx.ports().clock);
    match provider {
        Provider::Manual => Ok(Some(Arc::new(Manual::new(clock)))),
        Provider::Midtrans => {
            let account = midtrans_account(ctx, tenant).await?;
            Ok(account.map(|account| guarded(ctx, tenant, midtrans(ctx, tenant, account))))
        }
        Provider::Stripe => Ok(None),
    }
}

/// A provider on behalf of a tenant.
///
/// # Errors
/// `Payment(NotConfigured)`, or the secret store does not answer.
pub async fn get(ctx: &Ctx, tenant: TenantId, provider: Provider) -> Result<Arc<dyn PaymentProvider>, CashierError> {
    Ok(find(ctx, tenant, provider).await?.ok_or(PaymentError::NotConfigured)?)
}

/// The keys of a tenant at Midtrans. One secret, read anew every five minutes.
async fn midtrans_account(ctx: &Ctx, tenant: TenantId) -> Result<Option<MidtransAccount>, CashierError> {
    let Some(secret) = ctx.tenant_secret(tenant, "midtrans").await? else { return Ok(None) };
    match serde_json::from_str(secret.expose()) {
        Ok(account) => Ok(Some(account)),
        Err(error) => {
            // Only where in the secret, never what: serde's messages quote values.
            tracing::error!(line = error.line(), column = error.column(), "the tenant's midtrans secret is malformed");
            Ok(None)
        }
    }
}

fn midtrans(ctx: &Ctx, tenant: TenantId, account: MidtransAccount) -> Midtrans {
    let base_url = ctx.config().providers.midtrans.as_deref();
    let clock = Arc::clone(&ctx.ports().clock);
    let midtrans = Midtrans::new(ctx.ports().http.client(), account, base_url, clock);
    match ctx.config().public_url.as_str() {
        "" => midtrans,
        public_url => midtrans.notifying(format!("{public_url}/api/v1/webhooks/midtrans/{tenant}")),
    }
}

fn guarded(ctx: &Ctx, tenant: TenantId, provider: impl PaymentProvider + 'static) -> Arc<dyn PaymentProvider> {
    Arc::new(Guarded::new(ctx, tenant, Arc::new(provider)))
}

/// Whether a failure says that something is out of reach, rather than that it was refused.
pub fn is_passing(error: &impl Fault) -> bool {
    error.kind() == FaultKind::Unavailable
}
