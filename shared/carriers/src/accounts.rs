//! The tenant's accounts at carriers: the only place that knows who they are.

use std::sync::Arc;

use cloud::{Ctx, PortError};
use serde::de::DeserializeOwned;
use shipping::{
    CarrierApi, CarrierError, RateCache, ShippingCarrier, ToldBy,
    easypost::{EasyPost, EasyPostAccount},
    rajaongkir::{RajaOngkir, RajaOngkirAccount},
};
use table::TenantScope;

use crate::{CarriersError, guarded::GuardedCarrier};

/// A tenant's account at a carrier.
#[derive(Clone)]
pub struct CarrierAccount {
    /// The carrier, behind its breaker.
    pub api: Arc<dyn CarrierApi>,
    /// How news of parcels comes from it.
    pub told_by: ToldBy,
}

/// A carrier on behalf of a tenant; `None` when the tenant has given no key for it, and for the tenant's own parcels.
///
/// # Errors
/// The secret store does not answer.
pub async fn find(
    ctx: &Ctx,
    scope: TenantScope,
    carrier: ShippingCarrier,
) -> Result<Option<CarrierAccount>, PortError> {
    let (http, clock) = (ctx.ports().http.client(), Arc::clone(&ctx.ports().clock));
    let urls = &ctx.config().providers;
    let (api, told_by): (Arc<dyn CarrierApi>, ToldBy) = match carrier {
        ShippingCarrier::Own => return Ok(None),
        ShippingCarrier::RajaOngkir => {
            let Some(account) = account::<RajaOngkirAccount>(ctx, scope, carrier).await? else { return Ok(None) };
            let cache = RateCache::new(Arc::clone(&ctx.ports().table), scope);
            let client = RajaOngkir::new(http, account, cache, clock);
            let client = match urls.rajaongkir.as_deref() {
                None | Some("") => client,
                Some(base_url) => client.at(base_url),
            };
            (Arc::new(client), ToldBy::Asking)
        }
        ShippingCarrier::EasyPost => {
            let Some(account) = account::<EasyPostAccount>(ctx, scope, carrier).await? else { return Ok(None) };
            let told_by = if account.hears() { ToldBy::Calls } else { ToldBy::Asking };
            let client = EasyPost::new(http, account, clock);
            let client = match urls.easypost.as_deref() {
                None | Some("") => client,
                Some(base_url) => client.at(base_url),
            };
            (Arc::new(client), told_by)
        }
    };
    let api = Arc::new(GuardedCarrier::new(ctx, scope.tenant(), (carrier, api)));
    Ok(Some(CarrierAccount { api, told_by }))
}

/// A carrier on behalf of a tenant.
///
/// # Errors
/// `Carrier(NotConfigured)`, or the secret store does not answer.
pub async fn get(ctx: &Ctx, scope: TenantScope, carrier: ShippingCarrier) -> Result<CarrierAccount, CarriersError> {
    Ok(find(ctx, scope, carrier).await?.ok_or(CarrierError::NotConfigured)?)
}

/// How news of a carrier's parcels comes: from nobody where the tenant has given no key.
///
/// # Errors
/// The secret store does not answer.
pub async fn told_by(ctx: &Ctx, scope: TenantScope, carrier: ShippingCarrier) -> Result<ToldBy, PortError> {
    Ok(find(ctx, scope, carrier).await?.map_or(ToldBy::Nobody, |account| account.told_by))
}

/// The keys of a tenant at a carrier. One secret, read anew every five minutes.
async fn account<T: DeserializeOwned>(
    ctx: &Ctx,
    scope: TenantScope,
    carrier: ShippingCarrier,
) -> Result<Option<T>, PortError> {
    let Some(secret) = ctx.tenant_secret(scope.tenant(), carrier.as_str()).await? else { return Ok(None) };
    match serde_json::from_str(secret.expose()) {
        Ok(account) => Ok(Some(account)),
        Err(error) => {
            // Only where in the secret, never what: serde's messages quote values.
            let (line, column) = (error.line(), error.column());
            tracing::error!(%carrier, line, column, "the tenant's secret for a carrier is malformed");
            Ok(None)
        }
    }
}
