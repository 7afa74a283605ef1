//! EasyPost behind the port.

use async_trait::async_trait;
use http::HeaderMap;
use kernel::Currency;

use super::{
    calls::EasyPost,
    decimal, label, notification,
    wire::{EasyAddress, EasyOrder, EasyRate, EasyTracker},
};
use crate::{
    BoughtLabel, CarrierApi, CarrierError, CarrierRate, DeliveryDays, HearError, LabelOrder, RateAsk, TrackAsk,
    TrackingNews, TrackingWord, port::carrier_api::said,
};

#[async_trait]
impl CarrierApi for EasyPost {
    async fn rates(&self, ask: &RateAsk) -> Result<Vec<CarrierRate>, CarrierError> {
        let (to_address, from_address) = (EasyAddress::nobodys(&ask.to), EasyAddress::nobodys(&ask.from));
        let order = EasyOrder { reference: None, to_address, from_address, parcel: ask.parcel.into() };
        let shipment = self.create(order).await?;
        let rates: Vec<CarrierRate> = shipment.rates.into_iter().filter_map(rate).collect();
        let in_currency = |rate: &CarrierRate| rate.price.currency() == ask.currency;
        // That all are in another currency is no answer for this cart.
        if !rates.is_empty() && !rates.iter().any(in_currency) {
            return Err(CarrierError::NotOffered);
        }
        Ok(rates.into_iter().filter(in_currency).collect())
    }

    async fn buy(&self, order: &LabelOrder) -> Result<BoughtLabel, CarrierError> {
        label::buy(self, order).await
    }

    async fn track(&self, ask: &TrackAsk) -> Result<Vec<TrackingNews>, CarrierError> {
        let id = ask.tracker_id.as_deref().filter(|id| label::is_id(id)).ok_or(CarrierError::NotFound)?;
        let tracker: EasyTracker = self.get(&format!("/trackers/{id}")).await?;
        Ok(notification::news(&tracker, self.now()))
    }

    fn hear(&self, headers: &HeaderMap, body: &[u8]) -> Result<Option<TrackingWord>, HearError> {
        notification::hear(&self.account, headers, body, self.now())
    }
}

fn rate(rate: EasyRate) -> Option<CarrierRate> {
    let currency: Currency = rate.currency.parse().ok()?;
    Some(CarrierRate {
        name: said(&format!("{} {}", rate.carrier, rate.service)),
        price: decimal::price(&rate.rate, currency)?,
        courier: Some(rate.carrier.try_into().ok()?),
        service: rate.service.try_into().ok()?,
        days: rate.delivery_days.map(|days| DeliveryDays { min: days, max: days }).filter(|days| days.is_sound()),
    })
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
