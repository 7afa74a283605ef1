//! A part of the world with its own ways of sending.

use kernel::{Country, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    CarrierRate, ShippingAddress, ShippingError, ShippingLine, ZoneRate,
    bounds::{COUNTRIES_MAX, PREFIXES_MAX, PROVINCES_MAX, RATES_MAX},
};

/// The beginning of a postal code: 1 to 10 letters and digits in upper case, as `40` or `SW1A`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The beginning of a postal code, without blanks and hyphens",
    value_type = String, pattern = "^[A-Z0-9]{1,10}$", example = "401"
)]
pub struct PostalPrefix(String);

/// A part of the world with its own ways of sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShippingZone {
    /// What it is called, once for each tenant.
    pub name: ShippingLine,
    /// Which countries; the whole world when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<Country>,
    /// Only these provinces of its one country, and those postal codes; all of them when both are empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 40)]
    pub provinces: Vec<ShippingLine>,
    /// Only where postal codes of its one country begin so, and those provinces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub postal_prefixes: Vec<PostalPrefix>,
    /// Its ways of sending; nothing is sent there by the tenant itself when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5)]
    pub rates: Vec<ZoneRate>,
    /// From which value of the goods on its ways of sending cost nothing: at most one for each currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5)]
    pub free_from: Vec<Money>,
}

/// How closely a zone fits an address; the closest one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Closeness {
    /// It is the whole world.
    World,
    /// It has the country.
    Country,
    /// It has the province.
    Province,
    /// It has the beginning of the postal code, of this length.
    Postal(usize),
}

impl TryFrom<String> for PostalPrefix {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = (1..=10).contains(&text.len());
        let fits = fits && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if fits { Ok(Self(text)) } else { Err("use 1 to 10 capital letters and digits") }
    }
}

impl From<PostalPrefix> for String {
    fn from(prefix: PostalPrefix) -> Self {
        prefix.0
    }
}

impl ShippingZone {
    /// Whether it can be worked with.
    ///
    /// # Errors
    /// `Zones`.
    pub(crate) fn check(&self) -> Result<(), ShippingError> {
        let parts = self.provinces.len() + self.postal_prefixes.len();
        if self.countries.len() > COUNTRIES_MAX
            || self.provinces.len() > PROVINCES_MAX
            || self.postal_prefixes.len() > PREFIXES_MAX
            || self.rates.len() > RATES_MAX
        {
            return Err(ShippingError::Zones(
                "a zone has at most 250 countries, 40 provinces, 50 beginnings of postal codes and 5 rates",
            ));
        }
        if parts > 0 && self.countries.len() != 1 {
            return Err(ShippingError::Zones("provinces and postal codes are those of one country: name it alone"));
        }
        if twice(&self.countries) || twice(&self.rates.iter().map(|rate| rate.code.as_str()).collect::<Vec<_>>()) {
            return Err(ShippingError::Zones("a zone names each country once, and each code of a rate"));
        }
        let currencies: Vec<_> = self.free_from.iter().map(|from| from.currency()).collect();
        if currencies.len() > 5 || twice(&currencies) || self.free_from.iter().any(|from| from.minor() < 1) {
            return Err(ShippingError::Zones("freeFrom is more than nothing, once for each of at most 5 currencies"));
        }
        self.rates.iter().try_for_each(ZoneRate::check)
    }

    /// How closely it fits an address; nothing where the address is outside.
    pub(crate) fn fits(&self, to: &ShippingAddress) -> Option<Closeness> {
        if self.countries.is_empty() {
            return Some(Closeness::World);
        }
        if !self.countries.contains(&to.country) {
            return None;
        }
        if self.provinces.is_empty() && self.postal_prefixes.is_empty() {
            return Some(Closeness::Country);
        }
        let postal = to.postal();
        let prefixes = self.postal_prefixes.iter().filter(|prefix| postal.starts_with(&prefix.0));
        let longest = prefixes.map(|prefix| Closeness::Postal(prefix.0.len())).max();
        let province = to.province.as_ref().map(ShippingLine::plain);
        let is_in = self.provinces.iter().any(|one| Some(one.plain()) == province);
        longest.max(is_in.then_some(Closeness::Province))
    }

    /// What its ways of sending cost, for goods of this value; only those in its currency.
    pub(crate) fn rates(&self, kilograms: u32, goods: Money) -> Vec<CarrierRate> {
        let currency = goods.currency();
        let is_free = self.free_from.iter().any(|from| from.currency() == currency && goods.minor() >= from.minor());
        let priced = self.rates.iter().filter_map(|rate| Some((rate, rate.price.of(kilograms)?)));
        priced
            .filter(|(_, price)| price.currency() == currency)
            .map(|(rate, price)| CarrierRate {
                courier: None,
                service: rate.code.clone(),
                name: rate.name.as_str().to_owned(),
                price: if is_free { Money::zero(currency) } else { price },
                days: rate.days,
            })
            .collect()
    }
}

/// Whether a list has something twice.
pub(crate) fn twice<T: PartialEq>(all: &[T]) -> bool {
    all.iter().enumerate().any(|(place, one)| all.iter().take(place).any(|before| before == one))
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::Currency;

    use super::*;
    use crate::{
        RatePrice,
        address::tests::{bandung, line, san_francisco},
        zones::rate::tests::table,
    };

    pub(crate) fn zone(name: &str, countries: &[&str], provinces: &[&str], prefixes: &[&str]) -> ShippingZone {
        ShippingZone {
            name: line(name),
            countries: countries.iter().map(|code| code.parse().unwrap()).collect(),
            provinces: provinces.iter().map(|text| line(text)).collect(),
            postal_prefixes: prefixes.iter().map(|text| (*text).to_owned().try_into().unwrap()).collect(),
            rates: vec![ZoneRate {
                code: "regular".to_owned().try_into().unwrap(),
                name: line("Reguler"),
                price: table(),
                days: Some(crate::DeliveryDays { min: 2, max: 3 }),
            }],
            free_from: vec![Money::new(500_000, Currency::IDR)],
        }
    }

    #[test]
    fn the_closer_zone_knows_itself() {
        let to = bandung();
        assert_eq!(zone("a", &[], &[], &[]).fits(&to), Some(Closeness::World));
        assert_eq!(zone("a", &["SG", "ID"], &[], &[]).fits(&to), Some(Closeness::Country));
        assert_eq!(zone("a", &["ID"], &["JAWA BARAT"], &[]).fits(&to), Some(Closeness::Province));
        assert_eq!(zone("a", &["ID"], &["Jawa Barat"], &["4", "401", "5"]).fits(&to), Some(Closeness::Postal(3)));
        assert_eq!(zone("a", &["ID"], &["Bali"], &["8"]).fits(&to), None);
        assert_eq!(zone("a", &["US"], &[], &["94104"]).fits(&san_francisco()), Some(Closeness::Postal(5)));
        assert_eq!(zone("a", &["SG"], &[], &[]).fits(&to), None);
        assert!(Closeness::World < Closeness::Country && Closeness::Province < Closeness::Postal(1));
    }

    #[test]
    fn what_is_bought_for_enough_is_sent_for_nothing() {
        let zone = zone("a", &["ID"], &[], &[]);
        let price = |goods| zone.rates(2, Money::new(goods, Currency::IDR)).first().map(|rate| rate.price.minor());
        assert_eq!((price(499_999), price(500_000)), (Some(20_000), Some(0)));
        assert_eq!(zone.rates(2, Money::new(1, Currency::USD)), [], "its prices are in another currency");
    }

    #[test]
    fn a_zone_that_makes_no_sense_is_refused() {
        assert_eq!(zone("a", &["ID"], &["Bali"], &["8"]).check(), Ok(()));
        let good = || zone("a", &["ID"], &[], &[]);
        let rate = || good().rates.remove(0);
        for bad in [
            zone("a", &[], &["Bali"], &[]),
            zone("a", &["ID", "SG"], &[], &["8"]),
            zone("a", &["ID", "ID"], &[], &[]),
            ShippingZone { rates: vec![rate(), rate()], ..good() },
            ShippingZone { free_from: vec![Money::new(0, Currency::IDR)], ..good() },
            ShippingZone { free_from: vec![Money::new(1, Currency::IDR); 2], ..good() },
            ShippingZone {
                rates: vec![ZoneRate { price: RatePrice::Flat { price: Money::new(-1, Currency::IDR) }, ..rate() }],
                ..good()
            },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
        assert!(PostalPrefix::try_from("sw1a".to_owned()).is_err());
    }
}
