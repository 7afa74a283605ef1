//! A tenant's settings of sending, as stored.

use kernel::{Country, Money};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::{
    CarrierRate, CourierCode, Parcel, ShippingAddress, ShippingCarrier, ShippingError, ShippingZone, VolumeDivisor,
    bounds::{COURIERS_MAX, ORIGINS_MAX, ZONES_MAX},
    zones::zone::twice,
};

/// A place that goods are sent from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShippingOrigin {
    /// The location of stock, such as `main`.
    #[schema(pattern = "^[a-z][a-z0-9-]{1,19}$", example = "main")]
    pub location: String,
    /// Where it is.
    pub address: ShippingAddress,
}

/// A tenant's settings of sending. A change raises `version` by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShippingSettings {
    /// Where goods are sent from; from the first one when no location is named.
    #[serde(with = "table::personal")]
    pub origins: Vec<ShippingOrigin>,
    /// Who is asked for rates.
    pub carriers: Vec<ShippingCarrier>,
    /// Which couriers RajaOngkir is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub couriers: Vec<CourierCode>,
    /// What volume counts within the sender's country.
    pub domestic_divisor: VolumeDivisor,
    /// And abroad.
    pub international_divisor: VolumeDivisor,
    /// Where the tenant sends to at its own rates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<ShippingZone>,
    /// Raised by every change, from 1; 0 where nothing was ever set.
    pub version: u64,
}

impl Record for ShippingSettings {
    const ROWS: &'static [&'static str] = &["SHIPPING / SETTINGS"];
}

impl Default for ShippingSettings {
    /// Before the tenant says anything: its own rates, of which there are none.
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            carriers: vec![ShippingCarrier::Own],
            couriers: Vec::new(),
            domestic_divisor: VolumeDivisor::DOMESTIC,
            international_divisor: VolumeDivisor::INTERNATIONAL,
            zones: Vec::new(),
            version: 0,
        }
    }
}

impl ShippingSettings {
    /// Whether they can be worked with.
    ///
    /// # Errors
    /// `Zones`.
    pub fn checked(self) -> Result<Self, ShippingError> {
        if self.zones.len() > ZONES_MAX || self.origins.len() > ORIGINS_MAX || self.couriers.len() > COURIERS_MAX {
            return Err(ShippingError::Zones("a tenant has at most 30 zones, 20 origins and 10 couriers"));
        }
        let names: Vec<String> = self.zones.iter().map(|zone| zone.name.plain()).collect();
        let locations: Vec<&str> = self.origins.iter().map(|origin| origin.location.as_str()).collect();
        if twice(&names) || twice(&locations) || twice(&self.carriers) || twice(&self.couriers) {
            return Err(ShippingError::Zones("each zone, origin, carrier and courier stands once"));
        }
        if !locations.iter().all(|code| is_location(code)) {
            return Err(ShippingError::Zones("a location is 2 to 20 of a-z, 0-9 and -, beginning with a letter"));
        }
        if self.carriers.contains(&ShippingCarrier::RajaOngkir) && self.couriers.is_empty() {
            return Err(ShippingError::Zones("name the couriers that RajaOngkir is to be asked for"));
        }
        self.zones.iter().try_for_each(ShippingZone::check)?;
        Ok(self)
    }

    /// The place that a location is, or the first one.
    ///
    /// # Errors
    /// `NoOrigin`.
    pub fn origin(&self, location: Option<&str>) -> Result<&ShippingOrigin, ShippingError> {
        let found = match location {
            Some(code) => self.origins.iter().find(|origin| origin.location == code),
            None => self.origins.first(),
        };
        found.ok_or(ShippingError::NoOrigin)
    }

    /// The whole kilograms that a parcel is charged as, between two countries.
    pub fn charged_kilograms(&self, parcel: Parcel, from: Country, to: Country) -> u32 {
        let divisor = if from == to { self.domestic_divisor } else { self.international_divisor };
        divisor.charged_kilograms(parcel)
    }

    /// What the tenant itself takes: the rates of the closest zone, of several the first.
    pub fn own_rates(&self, to: &ShippingAddress, kilograms: u32, goods: Money) -> Vec<CarrierRate> {
        let mut closest: Option<(_, &ShippingZone)> = None;
        for zone in &self.zones {
            if let Some(closeness) = zone.fits(to)
                && closest.is_none_or(|(best, _)| closeness > best)
            {
                closest = Some((closeness, zone));
            }
        }
        closest.map(|(_, zone)| zone.rates(kilograms, goods)).unwrap_or_default()
    }
}

/// Whether a text names a location of stock.
pub fn is_location(code: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let begins = code.starts_with(|c: char| c.is_ascii_lowercase());
    begins && (2..=20).contains(&code.len()) && code.bytes().all(is_part)
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::Currency;

    use super::*;
    use crate::{
        address::tests::{bandung, line, san_francisco},
        parcels::divisor::tests::parcel,
        zones::zone::tests::zone,
    };

    fn settings() -> ShippingSettings {
        ShippingSettings {
            origins: vec![ShippingOrigin { location: "main".to_owned(), address: bandung() }],
            zones: vec![
                zone("Indonesia", &["ID"], &[], &[]),
                zone("Bandung", &["ID"], &["Jawa Barat"], &[]),
                zone("Also Bandung", &["ID"], &["Jawa Barat"], &[]),
            ],
            ..ShippingSettings::default()
        }
    }

    #[test]
    fn the_first_of_the_closest_zones_counts() {
        let mut settings = settings();
        settings.zones[1].rates[0].name = line("Kurir toko");
        let rates = settings.own_rates(&bandung(), 1, Money::new(1, Currency::IDR));
        assert_eq!(rates[0].name, "Kurir toko");
        assert_eq!(settings.own_rates(&san_francisco(), 1, Money::new(1, Currency::IDR)), []);
    }

    #[test]
    fn volume_counts_more_abroad() {
        let (settings, parcel) = (settings(), parcel(1200, Some([400, 300, 200])));
        let (id, us) = (bandung().country, san_francisco().country);
        assert_eq!(settings.charged_kilograms(parcel, id, id), 4);
        assert_eq!(settings.charged_kilograms(parcel, id, us), 5);
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        assert!(settings().checked().is_ok());
        let origin = |location: &str| ShippingOrigin { location: location.to_owned(), address: bandung() };
        for bad in [
            ShippingSettings { zones: vec![zone("a", &[], &[], &[]), zone("A", &[], &[], &[])], ..settings() },
            ShippingSettings { zones: vec![zone("a", &[], &["x"], &[])], ..settings() },
            ShippingSettings { origins: vec![origin("main"), origin("main")], ..settings() },
            ShippingSettings { origins: vec![origin("Main")], ..settings() },
            ShippingSettings { carriers: vec![ShippingCarrier::RajaOngkir], ..settings() },
            ShippingSettings { carriers: vec![ShippingCarrier::Own; 2], ..settings() },
        ] {
            assert!(bad.checked().is_err());
        }
        assert_eq!(settings().origin(Some("moon")), Err(ShippingError::NoOrigin));
        assert_eq!(settings().origin(None).unwrap().location, "main");
        assert_eq!(ShippingSettings::default().origin(None), Err(ShippingError::NoOrigin));
    }
}
