//! The tenant's accounts at the providers: the only place that knows who they are.

use std::sync::Arc;

use cloud::Ctx;
use kernel::{Currency, Fault, FaultKind, Provider, TenantId};
use payments::{
    Manual, Method, PaymentError, PaymentProvider, capabilities_of,
    midtrans::{Midtrans, MidtransAccount},
    stripe::{Stripe, StripeAccount},
};
use serde::de::DeserializeOwned;

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
            let account = account(ctx, tenant, provider).await?;
            Ok(account.map(|account| guarded(ctx, tenant, midtrans(ctx, tenant, account))))
        }
        Provider::Stripe => {
            let stripe = find_stripe(ctx, tenant).await?;
            Ok(stripe.map(|stripe| guarded(ctx, tenant, stripe)))
        }
    }
}

/// A provider on behalf of a tenant.
///
/// # Errors
/// `Payment(NotConfigured)`, or the secret store does not answer.
pub async fn get(ctx: &Ctx, tenant: TenantId, provider: Provider) -> Result<Arc<dyn PaymentProvider>, CashierError> {
    Ok(find(ctx, tenant, provider).await?.ok_or(PaymentError::NotConfigured)?)
}

/// The provider that takes a way of paying in a currency when nobody says which: the first of manual records, Midtrans and
/// Stripe that takes it and that the tenant has keys for. Where none takes it, whoever takes the way of paying in another
/// currency, so that it can say what it lacks.
///
/// # Errors
/// `Payment(NotConfigured)`, or the secret store does not answer.
pub async fn usual(
    ctx: &Ctx,
    tenant: TenantId,
    method: Method,
    currency: Currency,
) -> Result<Arc<dyn PaymentProvider>, CashierError> {
    for provider in Provider::ALL.into_iter().filter(|provider| takes(*provider, method, Some(currency))) {
        if let Some(found) = find(ctx, tenant, provider).await? {
            return Ok(found);
        }
    }
    let any = Provider::ALL.into_iter().find(|provider| takes(*provider, method, None));
    get(ctx, tenant, any.ok_or(PaymentError::NotConfigured)?).await
}

/// Whether a provider takes a way of paying at all, or in this currency.
fn takes(provider: Provider, method: Method, currency: Option<Currency>) -> bool {
    let offers = &capabilities_of(provider).offers;
    let mut offers = offers.iter().filter(|offer| offer.method == method);
    offers.any(|offer| currency.is_none_or(|currency| offer.currencies.include(currency)))
}

/// Stripe on behalf of a tenant, for what only Stripe can do, such as saving a card; `None` when the tenant has given no
/// keys for it.
///
/// # Errors
/// The secret store does not answer.
pub async fn find_stripe(ctx: &Ctx, tenant: TenantId) -> Result<Option<Stripe>, CashierError> {
    let Some(account) = account::<StripeAccount>(ctx, tenant, Provider::Stripe).await? else { return Ok(None) };
    let stripe = Stripe::new(ctx.ports().http.client(), account, tenant, Arc::clone(&ctx.ports().clock));
    let stripe = match ctx.config().providers.stripe.as_deref() {
        None | Some("") => stripe,
        Some(base_url) => stripe.at(base_url),
    };
    Ok(Some(match ctx.config().public_url.as_str() {
        "" => stripe,
        public_url => stripe.returning_to(public_url.to_owned()),
    }))
}

/// The keys of a tenant at a provider. One secret, read anew every five minutes.
async fn account<T: DeserializeOwned>(
    ctx: &Ctx,
    tenant: TenantId,
    provider: Provider,
) -> Result<Option<T>, CashierError> {
    let Some(secret) = ctx.tenant_secret(tenant, provider.as_str()).await? else { return Ok(None) };
    match serde_json::from_str(secret.expose()) {
        Ok(account) => Ok(Some(account)),
        Err(error) => {
            // Only where in the secret, never what: serde's messages quote values.
            let (line, column) = (error.line(), error.column());
            tracing::error!(%provider, line, column, "the tenant's secret for a provider is malformed");
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
