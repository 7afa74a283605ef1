//! `GET /api/v1/billing/settings`: how the tenant bills.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use billing::BillingRules;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{BillingRead, settings::billing_settings::SettingsView};

/// Get the billing settings
///
/// The `ETag` is their version, 0 before they are set for the first time.
#[utoipa::path(get, path = "/api/v1/billing/settings", responses((status = 200, body = Envelope<SettingsView>)))]
pub async fn get_billing_settings(State(api): State<Api>, caller: Caller<BillingRead>) -> Result<Reply, Problem> {
    let rules = BillingRules::read(api.table(), caller.scope).await?;
    Ok(Reply::ok(&SettingsView::on(&rules, api.now().date_in(&caller.tenant.timezone)))?
        .version(rules.settings.version))
}
