//! The settings of sending, as callers see them.

use serde::Serialize;
use shipping::{CourierCode, ShippingCarrier, ShippingOrigin, ShippingSettings, ShippingZone, VolumeDivisor};
use utoipa::ToSchema;

/// Where a tenant sends to, from where, and what it takes for it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShippingZonesView {
    /// Where goods are sent from; from the first one when no location is named.
    pub origins: Vec<ShippingOrigin>,
    /// Who is asked for rates.
    pub carriers: Vec<ShippingCarrier>,
    /// Which couriers RajaOngkir is asked for.
    pub couriers: Vec<CourierCode>,
    /// What volume counts within the sender's country.
    pub domestic_divisor: VolumeDivisor,
    /// And abroad.
    pub international_divisor: VolumeDivisor,
    /// The zones, of which the closest one to an address counts.
    pub zones: Vec<ShippingZone>,
}

impl From<ShippingSettings> for ShippingZonesView {
    fn from(settings: ShippingSettings) -> Self {
        let ShippingSettings {
            origins,
            carriers,
            couriers,
            domestic_divisor,
            international_divisor,
            zones,
            version: _,
        } = settings;
        Self { origins, carriers, couriers, domestic_divisor, international_divisor, zones }
    }
}
