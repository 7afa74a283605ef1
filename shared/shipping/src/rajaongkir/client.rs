//! The calls.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use http::HeaderMap;
use jiff::{
    civil::DateTime,
    tz::{TimeZone, offset},
};
use kernel::{Clock, Country, Currency, Money, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    account::RajaOngkirAccount,
    places,
    wire::{RajaCost, RajaEnvelope, RajaPlace, RajaWaybill},
};
use crate::{
    BoughtLabel, CarrierApi, CarrierError, CarrierRate, CourierCode, DeliveryDays, HearError, LabelOrder, RateAsk,
    RateCache, ShippingAddress, TrackAsk, TrackingNews, TrackingStatus, TrackingWord, port::carrier_api::said,
};

/// Where RajaOngkir answers.
const URL: &str = "https://rajaongkir.komerce.id/api/v1";
/// The longest wait for one answer.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// RajaOngkir on behalf of one tenant.
#[derive(Clone)]
pub struct RajaOngkir {
    http: reqwest::Client,
    account: RajaOngkirAccount,
    base_url: String,
    cache: RateCache,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

impl RajaOngkir {
    /// The account behind RajaOngkir's own address.
    pub fn new(http: reqwest::Client, account: RajaOngkirAccount, cache: RateCache, clock: Arc<dyn Clock>) -> Self {
        Self { http, account, base_url: URL.to_owned(), cache, clock, timeout: CALL_TIMEOUT }
    }

    /// Behind this address in place of RajaOngkir's own.
    pub fn at(self, base_url: &str) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), ..self }
    }

    /// Waits no longer than this for one answer.
    pub fn answering_within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from(self.clock.now())
    }

    /// One call; `data` of its answer.
    async fn call(&self, request: reqwest::RequestBuilder, path: &'static str) -> Result<Value, CarrierError> {
        let request = request.timeout(self.timeout).header("key", self.account.api_key.expose());
        let answer = match request.header("accept", "application/json").send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Err(CarrierError::NotSent),
            Err(_) => return Err(CarrierError::Unknown),
        };
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.map_err(|_| CarrierError::Unknown)?;
        let envelope = serde_json::from_slice::<RajaEnvelope>(&bytes);
        let outcome = match (status, envelope) {
            (200..=299, Ok(envelope)) => return Ok(envelope.data),
            (401 | 403, _) => CarrierError::Credentials,
            (404, _) => CarrierError::NotFound,
            (429, _) => CarrierError::Busy,
            (400..=499, Ok(envelope)) => CarrierError::Refused { message: said(&envelope.meta.message) },
            (_, _) => CarrierError::Unknown,
        };
        tracing::warn!(http.status = status, carrier.path = path, error = outcome.word(), "rajaongkir refused");
        Err(outcome)
    }

    /// RajaOngkir's number of the place that an address is in.
    async fn place(&self, address: &ShippingAddress) -> Result<u64, CarrierError> {
        let (search, now) = (places::wanted(address), self.now());
        let district = address.district.as_ref().map(crate::ShippingLine::plain).unwrap_or_default();
        let name = format!("{search}\n{district}");
        if let Some(known) = self.cache.place(&name, now).await {
            return known.ok_or(CarrierError::NotFound);
        }
        let query = form(&[("search", &search), ("limit", "50"), ("offset", "0")]);
        let url = format!("{}/destination/domestic-destination?{query}", self.base_url);
        let place = match self.call(self.http.get(url), "destination/domestic-destination").await {
            Ok(data) => places::best(&readable::<RajaPlace>(data), address),
            Err(CarrierError::NotFound) => None,
            Err(error) => return Err(error),
        };
        // That there is none is kept too: each search counts, and a buyer types what they like.
        self.cache.keep_place(&name, place, now).await;
        place.ok_or(CarrierError::NotFound)
    }
}

#[async_trait]
impl CarrierApi for RajaOngkir {
    async fn rates(&self, ask: &RateAsk) -> Result<Vec<CarrierRate>, CarrierError> {
        let is_domestic = ask.from.country == Country::ID && ask.to.country == Country::ID;
        if !is_domestic || ask.currency != Currency::IDR || ask.couriers.is_empty() {
            return Err(CarrierError::NotOffered);
        }
        let (origin, destination) = futures::try_join!(self.place(&ask.from), self.place(&ask.to))?;
        let couriers = ask.couriers.iter().map(CourierCode::as_str).collect::<Vec<_>>().join(":");
        let grams = u64::from(ask.charged_kilograms) * 1000;
        let (name, now) = (format!("{origin}\n{destination}\n{grams}\n{couriers}"), self.now());
        if let Some(rates) = self.cache.rates(&name, now).await {
            return Ok(rates);
        }
        let body = form(&[
            ("origin", &origin.to_string()),
            ("destination", &destination.to_string()),
            ("weight", &grams.to_string()),
            ("courier", &couriers),
            ("price", "lowest"),
        ]);
        let request = self.http.post(format!("{}/calculate/domestic-cost", self.base_url));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let rates: Vec<CarrierRate> = match self.call(request, "calculate/domestic-cost").await {
            Ok(data) => readable::<RajaCost>(data).into_iter().filter_map(rate).collect(),
            // No courier goes there.
            Err(CarrierError::NotFound) => Vec::new(),
            Err(error) => return Err(error),
        };
        self.cache.keep_rates(&name, &rates, now).await;
        Ok(rates)
    }

    async fn buy(&self, _: &LabelOrder) -> Result<BoughtLabel, CarrierError> {
        Err(CarrierError::NotOffered)
    }

    async fn track(&self, ask: &TrackAsk) -> Result<Vec<TrackingNews>, CarrierError> {
        let courier = ask.courier.as_ref().ok_or(CarrierError::NotOffered)?;
        let digits = ask.phone.as_ref().map(|phone| phone.as_str().len().saturating_sub(5));
        let end = ask.phone.as_ref().zip(digits).and_then(|(phone, from)| phone.as_str().get(from..));
        let mut fields = vec![("awb", ask.code.as_str()), ("courier", courier.as_str())];
        if let Some(end) = end.filter(|_| courier.as_str() == "jne") {
            fields.push(("last_phone_number", end));
        }
        let url = format!("{}/track/waybill?{}", self.base_url, form(&fields));
        let data = self.call(self.http.post(url), "track/waybill").await?;
        let waybill: RajaWaybill = serde_json::from_value(data).map_err(|_| CarrierError::Unknown)?;
        Ok(news(&waybill, self.now()))
    }

    fn hear(&self, _: &HeaderMap, _: &[u8]) -> Result<Option<TrackingWord>, HearError> {
        // It calls nobody.
        Err(HearError::NotSigned)
    }
}

fn rate(cost: RajaCost) -> Option<CarrierRate> {
    Some(CarrierRate {
        courier: Some(cost.code.try_into().ok()?),
        name: said(&format!("{} {}", cost.name, cost.service)),
        service: cost.service.try_into().ok()?,
        price: (cost.cost > 0).then(|| Money::new(cost.cost, Currency::IDR))?,
        days: cost.etd.as_deref().and_then(DeliveryDays::of_text),
    })
}

/// What a waybill tells: each stop, and how it ended.
fn news(waybill: &RajaWaybill, now: Timestamp) -> Vec<TrackingNews> {
    let stops = waybill.manifest.iter().filter_map(|stop| {
        Some(TrackingNews {
            status: TrackingStatus::InTransit,
            at: instant(stop.manifest_date.as_deref()?, stop.manifest_time.as_deref())?,
            message: said(stop.manifest_description.as_deref().unwrap_or_default()),
            place: stop.city_name.as_deref().map(said).filter(|place| !place.is_empty()),
        })
    });
    let mut news: Vec<TrackingNews> = stops.collect();
    let delivery = &waybill.delivery_status;
    let words = [delivery.status.as_deref(), waybill.summary.status.as_deref()];
    let words: Vec<String> = words.into_iter().flatten().map(str::to_uppercase).collect();
    let is_back = words.iter().any(|word| word.contains("RETURN"));
    let is_there = waybill.delivered || words.iter().any(|word| word == "DELIVERED");
    let status = match (is_back, is_there) {
        (true, _) => TrackingStatus::ReturnToSender,
        (false, true) => TrackingStatus::Delivered,
        (false, false) => return news,
    };
    let last = news.iter().map(|stop| stop.at).max();
    let at = delivery.pod_date.as_deref().and_then(|date| instant(date, delivery.pod_time.as_deref()));
    let message = words.into_iter().next().unwrap_or_else(|| "DELIVERED".to_owned());
    news.push(TrackingNews { status, at: at.or(last).unwrap_or(now), message: said(&message), place: None });
    news
}

/// The instant of `2015-03-04` and `03:41`, by the clock of Jakarta; midnight where there is no time.
fn instant(date: &str, time: Option<&str>) -> Option<Timestamp> {
    let time = time.map(str::trim).filter(|time| !time.is_empty()).unwrap_or("00:00");
    let minutes: String = time.split(':').take(2).collect::<Vec<_>>().join(":");
    let civil = DateTime::strptime("%Y-%m-%d %H:%M", format!("{} {minutes}", date.trim())).ok()?;
    let zoned = civil.to_zoned(TimeZone::fixed(offset(7))).ok()?;
    Timestamp::from_millis(zoned.timestamp().as_millisecond()).ok()
}

/// The elements of a list that can be read; none where there is no list.
fn readable<T: DeserializeOwned>(data: Value) -> Vec<T> {
    match data {
        Value::Array(all) => all.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => Vec::new(),
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
