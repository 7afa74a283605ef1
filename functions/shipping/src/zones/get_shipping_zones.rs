//! `GET /api/v1/shipping/zones`: where the tenant sends to, from where, and what it takes for it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use shipping::ShippingRules;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{ShippingRead, zones::zones_view::ShippingZonesView};

/// Get the shipping zones
#[utoipa::path(get, path = "/api/v1/shipping/zones", responses((status = 200, body = Envelope<ShippingZonesView>)))]
pub async fn get_shipping_zones(State(api): State<Api>, caller: Caller<ShippingRead>) -> Result<Reply, Problem> {
    let settings = ShippingRules::new(api.table(), caller.scope).get().await?;
    let version = settings.version;
    Ok(Reply::ok(&ShippingZonesView::from(settings))?.version(version))
}
