//! A shipment, as callers see one.

use identity::Reach;
use kernel::{Money, OrderId, Party, ShipmentId, Timestamp};
use serde::Serialize;
use shipping::{
    CourierCode, ParcelGrams, ParcelSides, ServiceCode, Shipment, ShipmentState, ShippingAddress, ShippingCarrier,
    TrackingCode, TrackingStatus,
};
use utoipa::ToSchema;

/// A shipment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentView {
    pub id: ShipmentId,
    /// Who receives it.
    pub customer_id: Party,
    /// Of which order; null for one that is of none.
    pub order_id: Option<OrderId>,
    /// Through whom.
    pub carrier: ShippingCarrier,
    /// Who carries it; null for the tenant itself.
    pub courier: Option<CourierCode>,
    /// By which service.
    pub service: Option<ServiceCode>,
    /// How far it is with its labels.
    pub state: ShipmentState,
    /// Where it is: as far as its last parcel.
    pub status: TrackingStatus,
    /// Why the carrier refused; null where it did not.
    pub refusal: Option<String>,
    /// From where; null once it was forgotten, 90 days after the end.
    pub from: Option<ShippingAddress>,
    /// To where; null once it was forgotten.
    pub to: Option<ShippingAddress>,
    /// Its parcels.
    pub parcels: Vec<ShippedParcelView>,
    /// What its labels cost together; null for customers, and where none was bought.
    pub cost: Option<Money>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A parcel of a shipment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShippedParcelView {
    /// What it weighs.
    pub weight_grams: ParcelGrams,
    /// How large it is; null when unknown.
    pub dimensions: Option<ParcelSides>,
    /// Its number at the courier; null while its label is being bought.
    pub tracking_code: Option<TrackingCode>,
    /// Where it is.
    pub status: TrackingStatus,
    /// Where its label is printed from; null for customers, and where none was bought.
    #[schema(format = "uri", example = "https://easypost-files.s3.us-west-2.amazonaws.com/files/postage_label/1.png")]
    pub label_url: Option<String>,
}

impl ShipmentView {
    /// Customers see neither labels nor what they cost.
    pub(crate) fn of(shipment: &Shipment, reach: Reach) -> Self {
        let people = shipment.people.as_ref();
        let is_staff = reach == Reach::Tenant;
        let labels = people.map_or(&[][..], |people| people.labels.as_slice());
        // Labels are bought in the order of the parcels.
        let parcels = shipment.parcels.iter().enumerate().map(|(place, parcel)| ShippedParcelView {
            weight_grams: parcel.weight_grams,
            dimensions: parcel.sides,
            tracking_code: parcel.tracking_code.clone(),
            status: parcel.status(),
            label_url: labels.get(place).filter(|_| is_staff).cloned(),
        });
        Self {
            id: shipment.id,
            customer_id: shipment.party,
            order_id: shipment.order_id,
            carrier: shipment.carrier,
            courier: shipment.courier.clone(),
            service: shipment.service.clone(),
            state: shipment.state,
            status: shipment.status,
            refusal: people.and_then(|people| people.refusal.clone()).filter(|_| is_staff),
            from: people.map(|people| people.from.clone()),
            to: people.map(|people| people.to.clone()),
            parcels: parcels.collect(),
            cost: shipment.cost().filter(|_| is_staff),
            created_at: shipment.created_at,
            updated_at: shipment.updated_at,
        }
    }
}
