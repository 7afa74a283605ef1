//! The wire format of version 2: what is wanted in `data`, and how it went in `meta`.

use serde::Deserialize;
use serde_json::Value;

/// Every answer.
#[derive(Debug, Deserialize)]
pub(super) struct RajaEnvelope {
    #[serde(default)]
    pub(super) meta: RajaMeta,
    #[serde(default)]
    pub(super) data: Value,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct RajaMeta {
    #[serde(default)]
    pub(super) message: String,
}

/// A place, as a search finds it.
#[derive(Debug, Deserialize)]
pub(super) struct RajaPlace {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) city_name: String,
    #[serde(default)]
    pub(super) district_name: String,
    #[serde(default)]
    pub(super) zip_code: String,
}

/// A service of a courier.
#[derive(Debug, Deserialize)]
pub(super) struct RajaCost {
    pub(super) code: String,
    pub(super) service: String,
    #[serde(default)]
    pub(super) name: String,
    /// In whole rupiah.
    pub(super) cost: i64,
    /// Free text, also empty.
    #[serde(default)]
    pub(super) etd: Option<String>,
}

/// Where a parcel is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RajaWaybill {
    pub(super) delivered: bool,
    pub(super) summary: RajaSummary,
    pub(super) delivery_status: RajaDelivery,
    pub(super) manifest: Vec<RajaManifest>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RajaSummary {
    pub(super) status: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RajaDelivery {
    pub(super) status: Option<String>,
    pub(super) pod_date: Option<String>,
    pub(super) pod_time: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RajaManifest {
    pub(super) manifest_description: Option<String>,
    pub(super) manifest_date: Option<String>,
    pub(super) manifest_time: Option<String>,
    pub(super) city_name: Option<String>,
}
