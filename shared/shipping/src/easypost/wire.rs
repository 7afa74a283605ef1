//! The wire format of version 2.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Parcel, ShippingAddress};

use super::decimal;

/// `{"shipment": …}`.
#[derive(Serialize)]
pub(super) struct NewEasyShipment<'a> {
    pub(super) shipment: EasyOrder<'a>,
}

/// What is to be sent.
#[derive(Serialize)]
pub(super) struct EasyOrder<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<&'a str>,
    pub(super) to_address: EasyAddress<'a>,
    pub(super) from_address: EasyAddress<'a>,
    pub(super) parcel: EasyParcel,
}

#[derive(Serialize)]
pub(super) struct EasyAddress<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<&'a str>,
    street1: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    street2: Option<&'a str>,
    city: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zip: Option<&'a str>,
    country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct EasyParcel {
    weight: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<Box<RawValue>>,
}

impl<'a> From<&'a ShippingAddress> for EasyAddress<'a> {
    fn from(address: &'a ShippingAddress) -> Self {
        let line = |line: &'a Option<crate::ShippingLine>| line.as_ref().map(crate::ShippingLine::as_str);
        Self {
            name: Some(address.name.as_str()),
            company: line(&address.company),
            street1: address.line1.as_str(),
            street2: line(&address.line2).or(line(&address.district)),
            city: address.city.as_str(),
            state: line(&address.province),
            zip: line(&address.postal_code),
            country: address.country.to_string(),
            phone: address.phone.as_ref().map(kernel::Phone::as_str),
        }
    }
}

impl<'a> EasyAddress<'a> {
    /// A place to ask rates for: who is there is for labels alone.
    pub(super) fn nobodys(address: &'a ShippingAddress) -> Self {
        Self { name: None, company: None, phone: None, ..Self::from(address) }
    }
}

impl From<Parcel> for EasyParcel {
    fn from(parcel: Parcel) -> Self {
        let side = |of: fn(&crate::ParcelSides) -> crate::ParcelSide| {
            parcel.sides.as_ref().and_then(|sides| decimal::inches(of(sides)))
        };
        Self {
            weight: decimal::ounces(parcel.weight),
            length: side(|sides| sides.length),
            width: side(|sides| sides.width),
            height: side(|sides| sides.height),
        }
    }
}

/// A shipment, as EasyPost has it: one parcel.
#[derive(Debug, Deserialize)]
pub(super) struct EasyShipment {
    pub(super) id: String,
    #[serde(default)]
    pub(super) tracking_code: Option<String>,
    #[serde(default)]
    pub(super) rates: Vec<EasyRate>,
    #[serde(default)]
    pub(super) selected_rate: Option<EasyRate>,
    #[serde(default)]
    pub(super) postage_label: Option<EasyLabel>,
    #[serde(default)]
    pub(super) tracker: Option<EasyTrackerRef>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct EasyRate {
    pub(super) id: String,
    pub(super) carrier: String,
    pub(super) service: String,
    /// A decimal text.
    pub(super) rate: String,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) delivery_days: Option<u16>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EasyLabel {
    #[serde(default)]
    pub(super) label_url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EasyTrackerRef {
    pub(super) id: String,
}

/// Where a parcel is.
#[derive(Debug, Deserialize)]
pub(super) struct EasyTracker {
    pub(super) tracking_code: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) updated_at: Option<String>,
    #[serde(default)]
    pub(super) tracking_details: Vec<EasyDetail>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EasyDetail {
    #[serde(default)]
    pub(super) message: Option<String>,
    pub(super) status: String,
    pub(super) datetime: String,
    #[serde(default)]
    pub(super) tracking_location: Option<EasyPlace>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EasyPlace {
    #[serde(default)]
    pub(super) city: Option<String>,
}

/// `{"error": …}`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EasyRefusal {
    pub(super) error: EasyFault,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EasyFault {
    pub(super) code: String,
    pub(super) message: serde_json::Value,
}
