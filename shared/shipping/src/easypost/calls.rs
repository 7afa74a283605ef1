//! One call, and what its answer means.

use std::{sync::Arc, time::Duration};

use kernel::{Clock, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    account::EasyPostAccount,
    wire::{EasyOrder, EasyRefusal, EasyShipment, NewEasyShipment},
};
use crate::{CarrierError, port::carrier_api::said};

/// Where EasyPost answers, in its test world as in the real one: the key says which.
const URL: &str = "https://api.easypost.com/v2";
/// The longest wait for one answer: carriers behind EasyPost take their time for a label.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// EasyPost on behalf of one tenant.
#[derive(Clone)]
pub struct EasyPost {
    http: reqwest::Client,
    pub(super) account: EasyPostAccount,
    base_url: String,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

impl EasyPost {
    /// The account behind EasyPost's own address.
    pub fn new(http: reqwest::Client, account: EasyPostAccount, clock: Arc<dyn Clock>) -> Self {
        Self { http, account, base_url: URL.to_owned(), clock, timeout: CALL_TIMEOUT }
    }

    /// Behind this address in place of EasyPost's own.
    pub fn at(self, base_url: &str) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), ..self }
    }

    /// Waits no longer than this for one answer.
    pub fn answering_within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from(self.clock.now())
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CarrierError> {
        self.answer(self.http.get(format!("{}{path}", self.base_url))).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<T, CarrierError> {
        self.answer(self.http.post(format!("{}{path}", self.base_url)).json(body)).await
    }

    async fn answer<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, CarrierError> {
        let request = request.timeout(self.timeout).bearer_auth(self.account.api_key.expose());
        let answer = match request.header("accept", "application/json").send().await {
            Ok(answer) => answer,
            // Without a connection nothing was sent; after that, anything may have happened.
            Err(error) if error.is_connect() => return Err(CarrierError::NotSent),
            Err(_) => return Err(CarrierError::Unknown),
        };
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.map_err(|_| CarrierError::Unknown)?;
        if (200..=299).contains(&status) {
            return serde_json::from_slice(&bytes).map_err(|_| CarrierError::Unknown);
        }
        let refusal: EasyRefusal = serde_json::from_slice(&bytes).unwrap_or_default();
        let outcome = match status {
            401 | 403 => CarrierError::Credentials,
            404 => CarrierError::NotFound,
            429 => CarrierError::Busy,
            400..=499 => CarrierError::Refused { message: reason(&refusal) },
            _ => CarrierError::Unknown,
        };
        // The code is one of a list; the message may name people.
        let code = refusal.error.code.chars().filter(char::is_ascii_graphic).take(60).collect::<String>();
        tracing::warn!(http.status = status, carrier.code = code, error = outcome.word(), "easypost refused");
        Err(outcome)
    }

    /// Makes a shipment there, which costs nothing and answers with its rates.
    pub(super) async fn create(&self, order: EasyOrder<'_>) -> Result<EasyShipment, CarrierError> {
        self.post("/shipments", &NewEasyShipment { shipment: order }).await
    }
}

/// Why EasyPost refused: its message is a text, or a list of them.
fn reason(refusal: &EasyRefusal) -> String {
    let text = refusal.error.message.as_str().map(said).filter(|text| !text.is_empty());
    text.unwrap_or_else(|| said(&refusal.error.code))
}
