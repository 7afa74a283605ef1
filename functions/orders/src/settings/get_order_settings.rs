//! `GET /api/v1/orders/settings`: how the tenant takes orders.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use orders::OrderSettings;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{OrdersRead, settings::order_settings::OrderSettingsView};

/// Get the settings for orders
#[utoipa::path(
    get, path = "/api/v1/orders/settings",
    responses((status = 200, body = Envelope<OrderSettingsView>))
)]
pub async fn get_order_settings(State(api): State<Api>, caller: Caller<OrdersRead>) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let settings = OrderSettings::read(api.table(), caller.scope).await?;
    Ok(Reply::ok(&OrderSettingsView::from(&settings))?.version(settings.version))
}
