//! What it costs to send goods, with whom, and where they are: zones, quotes, labels and tracking.
//!
//! A tenant sends at the rates of its own zones ([`ShippingSettings`]) and at those of carriers behind one port ([`CarrierApi`]):
//! [`rajaongkir`] for the couriers of Indonesia, [`easypost`] for those of the world. A [`Quote`] is of one cart as it is; a
//! [`Shipment`] follows what carriers see of its parcels, in any order and any number of times. Nothing here knows of carts, orders
//! or stock.

mod address;
mod bounds;
mod digest;
pub mod easypost;
mod error;
#[cfg(test)]
mod golden;
mod parcels;
mod port;
mod quotes;
pub mod rajaongkir;
#[cfg(test)]
mod scripted;
mod shipments;
mod zones;

pub use address::{ShippingAddress, ShippingLine, ShippingLineError};
pub use bounds::{EVENTS_MAX, ITEMS_MAX, NEWS_MAX, PARCELS_MAX};
pub use error::ShippingError;
pub use events::shipment::TrackingStatus;
pub use parcels::divisor::VolumeDivisor;
pub use parcels::packing::{ShippedItem, packed};
pub use parcels::parcel::{Parcel, ParcelGrams, ParcelSide, ParcelSides};
pub use port::carrier::{ShippingCarrier, UnknownCarrier};
pub use port::carrier_api::{
    BoughtLabel, CarrierApi, CarrierError, CarrierRate, HearError, LabelOrder, RateAsk, TrackAsk, TrackingNews,
    TrackingWord,
};
pub use port::courier::{CodeError, CourierCode, ServiceCode, TrackingCode};
pub use port::days::DeliveryDays;
pub use port::status::TrackingStanding;
pub use quotes::cache::RateCache;
pub use quotes::quote::{OptionId, OptionIdError, QUOTED_FOR, Quote, QuoteOption, QuotedFor};
pub use quotes::repo::Quotes;
pub use shipments::following::{ShipmentTask, ToldBy};
pub use shipments::repo::Shipments;
pub use shipments::shipment::{NewShipment, Shipment, ShipmentPeople, ShipmentState, ShippedParcel};
pub use shipments::tracking_event::{TrackingEvent, TrackingWords};
pub use zones::rate::{RatePrice, WeightStep, ZoneRate};
pub use zones::repo::ShippingRules;
pub use zones::settings::{ShippingOrigin, ShippingSettings, is_location};
pub use zones::zone::{PostalPrefix, ShippingZone};
