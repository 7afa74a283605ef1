//! A tenant's account at RajaOngkir.

use kernel::Secret;
use serde::Deserialize;

/// The content of the tenant's secret `ruko/<stage>/tenants/<tenantId>/rajaongkir`: `{"apiKey":"…"}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RajaOngkirAccount {
    /// Its key for the cost and tracking API.
    #[serde(alias = "api_key")]
    pub api_key: Secret<String>,
}
