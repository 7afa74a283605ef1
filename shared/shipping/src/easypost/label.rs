//! Buying a label once: our reference finds the shipment that an earlier try made, and a label is bought of a shipment once.

use kernel::Currency;
use serde_json::json;

use super::{
    calls::EasyPost,
    decimal,
    wire::{EasyOrder, EasyShipment},
};
use crate::{BoughtLabel, CarrierError, LabelOrder};

/// Buys a label, or finds the one that an earlier try bought. The purchase is never sent twice blindly: after silence, and when
/// EasyPost says that there is a label, the shipment is looked at.
///
/// # Errors
/// What EasyPost refuses or cannot say.
pub(super) async fn buy(easypost: &EasyPost, order: &LabelOrder) -> Result<BoughtLabel, CarrierError> {
    let shipment = match easypost.get::<EasyShipment>(&format!("/shipments/{}", order.reference)).await {
        Ok(shipment) => shipment,
        Err(CarrierError::NotFound) => {
            let (to_address, from_address) = ((&order.to).into(), (&order.from).into());
            let parcel = order.parcel.into();
            easypost.create(EasyOrder { reference: Some(&order.reference), to_address, from_address, parcel }).await?
        }
        Err(error) => return Err(error),
    };
    if let Some(label) = bought(&shipment) {
        return Ok(label);
    }
    if !is_id(&shipment.id) {
        return Err(CarrierError::Unknown);
    }
    let is_it = |carrier: &str, service: &str| carrier == order.courier.as_str() && service == order.service.as_str();
    let rate = shipment.rates.iter().find(|rate| is_it(&rate.carrier, &rate.service));
    let rate = rate.ok_or(CarrierError::NotOffered)?;
    let currency: Currency = rate.currency.parse().map_err(|_| CarrierError::Unknown)?;
    let price = decimal::price(&rate.rate, currency).ok_or(CarrierError::Unknown)?;
    if order.max_price.is_some_and(|max| max.currency() != currency || price.minor() > max.minor()) {
        return Err(CarrierError::TooDear { price });
    }
    let path = format!("/shipments/{}", shipment.id);
    let answer = easypost.post::<EasyShipment>(&format!("{path}/buy"), &json!({"rate": {"id": rate.id}})).await;
    match answer {
        Ok(shipment) => bought(&shipment).ok_or(CarrierError::Unknown),
        Err(error @ (CarrierError::Unknown | CarrierError::Refused { .. })) => {
            let now: EasyShipment = easypost.get(&path).await?;
            bought(&now).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// The label of a shipment that has one.
fn bought(shipment: &EasyShipment) -> Option<BoughtLabel> {
    let url = shipment.postage_label.as_ref()?.label_url.clone()?;
    let paid = shipment.selected_rate.as_ref()?;
    let currency: Currency = paid.currency.parse().ok()?;
    Some(BoughtLabel {
        provider_id: shipment.id.clone(),
        tracker_id: shipment.tracker.as_ref().map(|tracker| tracker.id.clone()),
        tracking_code: shipment.tracking_code.clone()?.try_into().ok()?,
        url: Some(url).filter(|url| url.starts_with("https://") || url.starts_with("http://"))?,
        cost: decimal::price(&paid.rate, currency)?,
    })
}

/// Whether a text is one of EasyPost's ids, which stand in addresses of calls.
pub(super) fn is_id(text: &str) -> bool {
    (1..=60).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}
