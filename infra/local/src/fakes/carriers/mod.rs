//! RajaOngkir and EasyPost: rates, labels and tracking, with their credentials, their refusals and their calls. Both are behind one
//! port: `/rajaongkir/api/v1/…` and `/easypost/v2/…`.

mod easypost;
mod http_api;
mod rajaongkir;
mod trackers;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use http_api::router;

use crate::{fakes::deliveries::Deliveries, time::clock::TestClock};

/// The fake.
pub struct Carriers {
    clock: Arc<TestClock>,
    client: reqwest::Client,
    deliveries: Deliveries,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// EasyPost's accounts, by their keys.
    accounts: BTreeMap<String, CarrierWebhook>,
    /// RajaOngkir's keys, and how many calls each made.
    keys: BTreeMap<String, u32>,
    settings: CarrierSettings,
    /// EasyPost's shipments, by id.
    shipments: BTreeMap<String, Kept>,
    /// EasyPost's trackers, by id.
    trackers: BTreeMap<String, Kept>,
    /// What RajaOngkir knows of a waybill.
    waybills: BTreeMap<String, Value>,
    made: u64,
}

/// Something of an account.
#[derive(Clone, Debug)]
struct Kept {
    key: String,
    value: Value,
}

/// Where EasyPost tells an account of its parcels.
#[derive(Clone, Debug)]
pub(crate) struct CarrierWebhook {
    pub(crate) url: String,
    pub(crate) secret: String,
}

/// How the fake misbehaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CarrierSettings {
    /// This carrier never answers: `rajaongkir` or `easypost`.
    pub silent: Option<String>,
    /// So many calls are refused with 429.
    pub too_many_requests: u32,
    /// So many labels are sold whose answers are lost.
    pub lose_replies: u32,
    /// So many calls a day RajaOngkir answers for each key; as many as are made where missing.
    pub daily_quota: Option<u32>,
    /// So many more times each call about a parcel comes.
    pub duplicate_events: u32,
}

/// A refusal in a carrier's shape.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "The requested resource could not be found.")
    }
}

impl Carriers {
    pub(crate) fn new(clock: Arc<TestClock>, client: reqwest::Client, deliveries: Deliveries) -> Self {
        Self { clock, client, deliveries, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    /// Opens an account at EasyPost, whose calls go to `url`, signed with `secret`.
    pub fn register_easypost(&self, key: &str, url: &str, secret: &str) {
        let webhook = CarrierWebhook { url: url.to_owned(), secret: secret.to_owned() };
        self.lock().accounts.insert(key.to_owned(), webhook);
    }

    /// Opens an account at RajaOngkir.
    pub fn register_rajaongkir(&self, key: &str) {
        self.lock().keys.entry(key.to_owned()).or_default();
    }

    /// Makes the fake misbehave.
    pub fn set_settings(&self, settings: CarrierSettings) {
        self.lock().settings = settings;
    }

    /// What RajaOngkir knows of a waybill from now on, as the `data` of its answer.
    pub fn set_waybill(&self, awb: &str, data: Value) {
        self.lock().waybills.insert(awb.to_owned(), data);
    }

    /// Whether a carrier is silent, and whether this call was one too many.
    fn admit(&self, carrier: &str) -> Result<bool, Refusal> {
        let mut state = self.lock();
        if state.settings.silent.as_deref() == Some(carrier) {
            return Ok(false);
        }
        if state.settings.too_many_requests > 0 {
            state.settings.too_many_requests -= 1;
            return Err(Refusal::new(429, "RATE_LIMITED", "Too many requests."));
        }
        Ok(true)
    }
}

impl State {
    /// An id of EasyPost's: a prefix and 32 hexadecimal digits.
    fn new_id(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}_{:032x}", self.made)
    }
}

#[cfg(test)]
mod tests;
